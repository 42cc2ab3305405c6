import { eventsBody, HOLIDAY, LEAVE, type Names, presenceBody } from "./world.ts";

/** A request that a route answers well: what it leaves out, the route does not need. */
export type Sample = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
};

/** Who may call a route: holders of an integration's key, of the team's, of either, or of the set-up token. */
export type Accepts = "integration" | "team" | "either" | "setup";

/** A route: whom it takes, and samples that between them use every parameter and field it has. */
export type Row = {
  accepts: Accepts;
  samples: ((of: Names) => Sample)[];
  /** The list in the body whose items are refused one by one, as `failures` of a 200. */
  spares?: string;
  /** What the path names is a word to look for: where nobody used it, the answer is an empty list, and no 404. */
  finds?: true;
  /** How a name in the body that is nobody's is answered, where not by 404. */
  unknown?: 422;
  /** The answer holds the key that is to be shown from then on. */
  rotates?: true;
  /** Nothing is left of what is named: whatever is asked afterwards finds nothing. */
  erases?: true;
};

const by =
  (accepts: Accepts) =>
  (...samples: Row["samples"]): Row => ({ accepts, samples });
const [integration, team, either, setup] = [by("integration"), by("team"), by("either"), by("setup")];

const nothing = () => ({});
const LIMIT = { limit: "1" };
const WINDOW = { from: "2026-01-01T00:00:00Z", to: "2026-01-15T00:00:00+02:00" };
const UPGRADE = { Upgrade: "websocket" };
const ofPerson = (of: Names) => ({ params: { id: of.person } });
const PAGE = { page: "1" };
/** Teams of the samples are in UTC. */
const TODAY = new Date().toISOString().slice(0, 10);
const ofIntegration = (of: Names) => ({ params: { id: of.integration } });
const ofCheckin = (of: Names) => ({ params: { id: of.checkin } });
const ofActivity = (of: Names) => ({ params: { id: of.activity } });
const ofComment = (of: Names) => ({ params: { id: of.comment } });
const ofReaction = (of: Names) => ({ params: { id: of.reaction } });
const ofSubscription = (of: Names) => ({ params: { id: of.subscription } });
const answers = (mark: string) => ({
  ...{ next: `#tag-${mark}`, blockers: `Waiting for ${mark}`, previous: `The report of ${mark}` },
  previous_completed: true,
});

const member = (username: string) => ({
  ...{ role: "active", manager: true, username, location: "London", time_zone: "London" },
});

/**
 * Every route, a line or two each. Tests of security and of bad input are driven by this table: a route without a row
 * fails, and so does a row without a route. Whatever a sample says is to come from `of`, where it is anybody's.
 */
export const MATRIX: Record<string, Row> = {
  "POST /api/v1/setup": setup(() => ({
    body: {
      account_name: "Sample",
      team: { name: "Sample team", slug: `sample-${crypto.randomUUID()}`, time_zone: "Europe/London" },
      owner: { name: "Olive Owner", email: "olive@example.com", time_zone: "Asia/Tokyo" },
      integration: { name: "Chat", presence_timeout_minutes: 15 },
    },
  })),

  "DELETE /api/v1/setup/accounts/:id": { ...setup((of) => ({ params: { id: of.account } })), erases: true },

  "GET /api/v1/integrations": team(nothing, () => ({ query: LIMIT })),
  "POST /api/v1/integrations": team(({ mark }) => ({
    body: { name: `Third ${mark}`, active: true, presence_timeout_minutes: 15 },
  })),
  "GET /api/v1/integrations/:id": team(ofIntegration),
  "PATCH /api/v1/integrations/:id": team((of) => ({
    ...ofIntegration(of),
    body: { name: `Changed ${of.mark}`, active: false, presence_timeout_minutes: 20 },
  })),
  "DELETE /api/v1/integrations/:id": team(ofIntegration),
  "POST /api/v1/integrations/:id/rotate": team(
    (of) => ({ ...ofIntegration(of), body: { keep_old_for_minutes: 5 } }),
    ofIntegration,
  ),

  "GET /api/v1/people": either(nothing, ({ mark }) => ({ query: { ...LIMIT, q: mark } })),
  "GET /api/v1/people/:id": either(
    ofPerson,
    (of) => ({ params: { id: of.merged } }),
    (of) => ({ params: { id: of.personIdentifier } }),
    (of) => ({ params: { id: of.personEmail } }),
    (of) => ({ params: { id: of.personSlug } }),
  ),
  "POST /api/v1/people/:id/merge": team((of) => ({ ...ofPerson(of), body: { person: of.other } })),
  "POST /api/v1/people/:id/unmerge": team((of) => ({ ...ofPerson(of), body: { person: of.merged } }), ofPerson),
  "GET /api/v1/people/:id/export": team(ofPerson, (of) => ({ params: { id: of.merged } })),
  "DELETE /api/v1/people/:id": { ...team(ofPerson, (of) => ({ params: { id: of.other } })), erases: true },
  "GET /api/v1/people/:id/timeline": either(ofPerson, (of) => ({ ...ofPerson(of), query: { date: "2026-01-15" } })),

  "POST /api/v1/presence": integration(({ mark }) => ({ body: presenceBody(mark) })),
  "GET /api/v1/presence": either(nothing, () => ({ query: { ...LIMIT, present: "true" } })),
  "GET /api/v1/presence/live": either(() => ({ headers: UPGRADE })),
  "GET /api/v1/blocks": either(nothing, (of) => ({
    query: { ...LIMIT, ...WINDOW, person: of.person, status: "online", source: `desk-${of.mark}` },
  })),
  "GET /api/v1/overlap": either(() => ({ query: { ...LIMIT, ...WINDOW } })),
  "GET /api/v1/patterns": either(nothing, (of) => ({ query: { weeks: "2", person: of.personIdentifier } })),

  "POST /api/v1/events": { ...integration(({ mark }) => ({ body: eventsBody(mark) })), spares: "events" },
  "GET /api/v1/events": either(nothing, (of) => ({
    query: { ...LIMIT, ...WINDOW, person: of.personEmail, kind: "commit", external_id: `commit-${of.mark}` },
  })),

  "GET /api/v1/team": team(nothing),
  "PATCH /api/v1/team": team(({ mark }) => ({
    body: {
      ...{ name: `Team ${mark}`, time_zone: "UTC", work_days: [7, 6, 5, 4, 3, 2, 1] },
      questions: { next: `Next, ${mark}?`, blockers: "Stuck?", previous: "Done?", previous_completed: "All done?" },
      status_classes: { [`at ${mark}`]: "working" },
      stores_details: true,
    },
  })),
  "POST /api/v1/team/rotate": { ...team(() => ({ body: { keep_old_for_minutes: 5 } })), rotates: true },
  "GET /api/v1/members": team(nothing, ({ mark }) => ({ query: { ...PAGE, q: mark } })),
  "POST /api/v1/members": team(
    ({ mark }) => ({ body: { email: `new.${mark}@example.com`, name: `New ${mark}`, ...member(`new-${mark}`) } }),
    ({ mark }) => ({ body: { email: `second.${mark}@example.com`, first_name: "Second", last_name: mark } }),
  ),
  "GET /api/v1/members/:id": team(ofPerson, (of) => ({ params: { id: of.personSlug } })),
  "PATCH /api/v1/members/:id": team(
    (of) => ({
      params: { id: of.other },
      body: { email: `changed.${of.mark}@example.com`, name: `Changed ${of.mark}`, ...member(`changed-${of.mark}`) },
    }),
    (of) => ({ params: { id: of.other }, body: { first_name: "Changed", last_name: of.mark } }),
  ),
  "DELETE /api/v1/members/:id": team(ofPerson),
  "POST /api/v1/member_absences/:id": team((of) => ({ ...ofPerson(of), body: { date: TODAY } })),
  "DELETE /api/v1/member_absences/:id/:date": team((of) => ({ params: { id: of.person, date: LEAVE } })),
  "POST /api/v1/team_absences": team(() => ({ body: { date: "2040-01-18" } })),
  "DELETE /api/v1/team_absences/:date": team(() => ({ params: { date: HOLIDAY } })),

  "GET /api/v1/reports": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/reports/:id": team(
    (of) => ({ params: { id: of.report } }),
    () => ({ params: { id: TODAY } }),
  ),
  "GET /api/v1/statuses": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/statuses/:id": team(ofCheckin, (of) => ({ params: { id: of.checkinSlug } })),
  "PUT /api/v1/statuses/:id": team((of) => ({ ...ofCheckin(of), body: { answers: answers(of.mark) } })),
  "POST /api/v1/statuses": team((of) => ({ body: { member: of.person, answers: answers(of.mark) } })),
  "GET /api/v1/status_activities/:id": team(ofActivity),
  "GET /api/v1/statuses_activities/:id": team(ofActivity),
  "POST /api/v1/status_activities": {
    ...team(({ mark, personEmail }) => ({
      body: {
        ...{ email: personEmail, source: `board-${mark}`, source_url: `https://example.com/${mark}` },
        description: `Moved <b>${mark}</b>`,
      },
    })),
    unknown: 422,
  },
  "GET /api/v1/tags": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/tags/:tag": { ...team(({ mark }) => ({ params: { tag: `tag-${mark}` }, query: PAGE })), finds: true },

  "GET /api/v1/comments": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/comments/:id": team(ofComment),
  "POST /api/v1/statuses/:id/comments": team((of) => ({
    ...ofCheckin(of),
    body: { person: of.person, body: `More about ${of.mark}` },
  })),
  "PATCH /api/v1/comments/:id": team((of) => ({ ...ofComment(of), body: { body: `Else about ${of.mark}` } })),
  "DELETE /api/v1/comments/:id": team(ofComment),
  "GET /api/v1/reactions": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/reactions/:id": team(ofReaction),
  "POST /api/v1/statuses/:id/reactions": team((of) => ({
    ...ofCheckin(of),
    body: { person: of.personSlug, body: `:more-${of.mark}:` },
  })),
  "DELETE /api/v1/reactions/:id": team(ofReaction),

  "GET /api/v1/stats-notifications": either(nothing, (of) => ({
    query: { ...PAGE, ...LIMIT, user_id: of.personIdentifier, status: "removed" },
  })),
  "POST /api/v1/stats-notifications": either((of) => ({
    body: { user_id: of.personEmail, time_window: "half_yearly", webhook_url: `https://example.com/${of.mark}` },
  })),
  "GET /api/v1/stats-notifications/:id": either(ofSubscription),
  "PUT /api/v1/stats-notifications/:id": either((of) => ({
    ...ofSubscription(of),
    body: { time_window: "yearly", webhook_url: `https://example.com/${of.mark}` },
  })),
  "DELETE /api/v1/stats-notifications/:id": either(ofSubscription),
  "POST /api/v1/stats-notifications/:id/refresh": either(ofSubscription),
  "GET /api/v1/stats-notifications/:id/deliveries": either(ofSubscription, (of) => ({
    ...ofSubscription(of),
    query: LIMIT,
  })),
  "POST /api/v1/stats-notifications/:id/webhook/rotate": either(ofSubscription),
  "GET /metrics": team(nothing),
};
