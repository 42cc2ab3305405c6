import type { Accepts } from "../../src/http/metadata.ts";
import { routeMetadata } from "./metadata.ts";
import { eventsBody, HOLIDAY, LEAVE, type Names, presenceBody } from "./world.ts";

/** A request that a route accepts. The parts that it leaves out are optional. */
export type Sample = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
};

/** The routes without a key, which show nothing of any team. They have no row in the matrix. */
export const PUBLIC = ["GET /", "GET /health"];

/** A route: samples that together use each of its parameters and fields, and the exceptions in its answers. */
export type Row = {
  samples: ((of: Names) => Sample)[];
  /** The list in the body whose items are refused one by one, as `failures` of a 200. */
  spares?: string;
  /** The path contains a search term: an unknown one is answered with an empty list, not with 404. */
  finds?: true;
  /** The status for an unknown name in the body, where it is not 404. */
  unknown?: 422;
  /** The answer contains the new team key, which later requests must send. */
  rotates?: true;
  /** The route erases the named resource, so later requests do not find it. */
  erases?: true;
};

const row = (...samples: Row["samples"]): Row => ({ samples });

const nothing = () => ({});
const LIMIT = { limit: "1" };
const WINDOW = { from: "2026-01-01T00:00:00Z", to: "2026-01-15T00:00:00+02:00" };
const UPGRADE = { Upgrade: "websocket" };
const ofPerson = (of: Names) => ({ params: { id: of.person } });
const PAGE = { page: "1" };
const DATES = { from: "2040-01-18", to: "2040-01-20" };
/** The time zone of the teams in the samples. */
const TODAY = new Date().toISOString().slice(0, 10);
const ofIntegration = (of: Names) => ({ params: { id: of.integration } });
const createdBy = (of: Names) => ({
  ...{ integration: of.integration, created_from: WINDOW.from, created_to: WINDOW.to },
});
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
 * Every route, with its samples. The tests of security and of invalid input run over this table. A route without a row
 * fails a test, and so does a row without a route. The names of resources in a sample come from `of`.
 */
const ROWS: Record<string, Row> = {
  "POST /api/v1/setup": row(() => {
    const unique = `sample-${crypto.randomUUID()}`;
    return {
      body: {
        account_name: "Sample",
        team: { name: "Sample team", slug: unique, time_zone: "Europe/London" },
        owner: { name: "Olive Owner", email: `${unique}@example.com`, time_zone: "Asia/Tokyo" },
        integration: { name: "Chat", presence_timeout_minutes: 15 },
      },
    };
  }),

  "DELETE /api/v1/setup/accounts/:id": { ...row((of) => ({ params: { id: of.account } })), erases: true },

  "GET /api/v1/teams": row(
    (of) => ({ query: { account_id: of.account } }),
    (of) => ({ query: { account_id: of.account, ...LIMIT } }),
  ),
  "POST /api/v1/teams": row((of) => ({
    body: {
      account_id: of.account,
      name: "Second team",
      slug: `sample-${crypto.randomUUID()}`,
      time_zone: "Asia/Tokyo",
    },
  })),
  "PATCH /api/v1/teams/:id": row((of) => ({
    params: { id: of.team },
    body: { account_id: of.account, name: "Renamed team", archived: false },
  })),

  "GET /api/v1/integrations": row(nothing, () => ({ query: LIMIT })),
  "POST /api/v1/integrations": row(({ mark }) => ({
    body: { name: `Third ${mark}`, active: true, presence_timeout_minutes: 15 },
  })),
  "GET /api/v1/integrations/:id": row(ofIntegration),
  "PATCH /api/v1/integrations/:id": row((of) => ({
    ...ofIntegration(of),
    body: { name: `Changed ${of.mark}`, active: false, presence_timeout_minutes: 20 },
  })),
  "DELETE /api/v1/integrations/:id": row(ofIntegration),
  "POST /api/v1/integrations/:id/rotate": row(
    (of) => ({ ...ofIntegration(of), body: { keep_old_for_minutes: 5 } }),
    ofIntegration,
  ),

  "GET /api/v1/people": row(nothing, ({ mark }) => ({ query: { ...LIMIT, q: mark } })),
  "GET /api/v1/people/:id": row(
    ofPerson,
    (of) => ({ params: { id: of.merged } }),
    (of) => ({ params: { id: of.personIdentifier } }),
    (of) => ({ params: { id: of.personEmail } }),
    (of) => ({ params: { id: of.personSlug } }),
  ),
  "POST /api/v1/people/:id/merge": row((of) => ({ ...ofPerson(of), body: { person: of.other } })),
  "POST /api/v1/people/:id/unmerge": row((of) => ({ ...ofPerson(of), body: { person: of.merged } }), ofPerson),
  "GET /api/v1/people/:id/export": row(ofPerson, (of) => ({ params: { id: of.merged } })),
  "DELETE /api/v1/people/:id": { ...row(ofPerson, (of) => ({ params: { id: of.other } })), erases: true },
  "GET /api/v1/tool_named_people": row((of) => ({ query: { ...LIMIT, ...createdBy(of) } })),
  "DELETE /api/v1/tool_named_people": row((of) => ({ query: createdBy(of) })),
  "GET /api/v1/people/:id/timeline": row(ofPerson, (of) => ({
    ...ofPerson(of),
    query: { ...LIMIT, date: "2026-01-15" },
  })),

  "POST /api/v1/presence": { ...row(({ mark }) => ({ body: presenceBody(mark) })), spares: "users" },
  "GET /api/v1/presence": row(nothing, () => ({ query: { ...LIMIT, present: "true" } })),
  "GET /api/v1/presence/live": row(() => ({ headers: UPGRADE })),
  "GET /api/v1/blocks": row(nothing, (of) => ({
    query: { ...LIMIT, ...WINDOW, person: of.person, status: "online", source: `desk-${of.mark}` },
  })),
  "GET /api/v1/overlap": row((of) => ({ query: { ...LIMIT, ...WINDOW, people: `${of.person},${of.personSlug}` } })),
  "GET /api/v1/patterns": row(nothing, (of) => ({ query: { ...LIMIT, weeks: "2", person: of.personIdentifier } })),

  "POST /api/v1/events": { ...row(({ mark }) => ({ body: eventsBody(mark) })), spares: "events" },
  "GET /api/v1/events": row(nothing, (of) => ({
    query: { ...LIMIT, ...WINDOW, person: of.personEmail, kind: "commit", external_id: `commit-${of.mark}` },
  })),

  "GET /api/v1/team": row(nothing),
  "PATCH /api/v1/team": row(({ mark }) => ({
    body: {
      ...{ name: `Team ${mark}`, time_zone: "UTC", work_days: [7, 6, 5, 4, 3, 2, 1] },
      questions: { next: `Next, ${mark}?`, blockers: "Stuck?", previous: "Done?", previous_completed: "All done?" },
      status_classes: { [`at ${mark}`]: "working" },
      stores_details: true,
      new_identities_per_day: 500,
    },
  })),
  "POST /api/v1/team/rotate": { ...row(() => ({ body: { keep_old_for_minutes: 5 } })), rotates: true },
  "GET /api/v1/members": row(nothing, ({ mark }) => ({ query: { ...PAGE, q: mark } })),
  "POST /api/v1/members": row(
    ({ mark }) => ({ body: { email: `new.${mark}@example.com`, name: `New ${mark}`, ...member(`new-${mark}`) } }),
    ({ mark }) => ({ body: { email: `second.${mark}@example.com`, first_name: "Second", last_name: mark } }),
  ),
  "GET /api/v1/members/:id": row(ofPerson, (of) => ({ params: { id: of.personSlug } })),
  "PATCH /api/v1/members/:id": row(
    (of) => ({
      params: { id: of.other },
      body: { email: `changed.${of.mark}@example.com`, name: `Changed ${of.mark}`, ...member(`changed-${of.mark}`) },
    }),
    (of) => ({ params: { id: of.other }, body: { first_name: "Changed", last_name: of.mark } }),
  ),
  "DELETE /api/v1/members/:id": row(ofPerson),
  "POST /api/v1/member_absences/:id": row(
    (of) => ({ ...ofPerson(of), body: { date: TODAY } }),
    (of) => ({ ...ofPerson(of), body: DATES }),
  ),
  "DELETE /api/v1/member_absences/:id/:date": row((of) => ({ params: { id: of.person, date: LEAVE } })),
  "GET /api/v1/member_absences": row(nothing, () => ({ query: { ...PAGE, ...DATES } })),
  "GET /api/v1/member_absences/:id": row(ofPerson, (of) => ({ ...ofPerson(of), query: { ...PAGE, ...DATES } })),
  "GET /api/v1/team_absences": row(nothing, () => ({ query: { ...PAGE, ...DATES } })),
  "POST /api/v1/team_absences": row(
    () => ({ body: { date: "2040-01-18" } }),
    () => ({ body: DATES }),
  ),
  "DELETE /api/v1/team_absences/:date": row(() => ({ params: { date: HOLIDAY } })),

  "GET /api/v1/reports": row(nothing, () => ({ query: PAGE })),
  "GET /api/v1/reports/:id": row(
    (of) => ({ params: { id: of.report } }),
    () => ({ params: { id: TODAY } }),
  ),
  "GET /api/v1/statuses": row(nothing, () => ({ query: PAGE })),
  "GET /api/v1/statuses/:id": row(ofCheckin, (of) => ({ params: { id: of.checkinSlug } })),
  "PUT /api/v1/statuses/:id": row((of) => ({ ...ofCheckin(of), body: { answers: answers(of.mark) } })),
  "POST /api/v1/statuses": row((of) => ({ body: { member: of.person, date: TODAY, answers: answers(of.mark) } })),
  "GET /api/v1/status_activities/:id": row(ofActivity),
  "GET /api/v1/statuses_activities/:id": row(ofActivity),
  "POST /api/v1/status_activities": {
    ...row(({ mark, personEmail }) => ({
      body: {
        ...{ email: personEmail, source: `board-${mark}`, source_url: `https://example.com/${mark}` },
        ...{ description: `Moved <b>${mark}</b>`, created_at: WINDOW.from },
      },
    })),
    unknown: 422,
  },
  "GET /api/v1/tags": row(nothing, () => ({ query: PAGE })),
  "GET /api/v1/tags/:tag": { ...row(({ mark }) => ({ params: { tag: `tag-${mark}` }, query: PAGE })), finds: true },

  "GET /api/v1/comments": row(nothing, () => ({ query: PAGE })),
  "GET /api/v1/comments/:id": row(ofComment),
  "POST /api/v1/statuses/:id/comments": row((of) => ({
    ...ofCheckin(of),
    body: { person: of.person, body: `More about ${of.mark}` },
  })),
  "PATCH /api/v1/comments/:id": row((of) => ({ ...ofComment(of), body: { body: `Else about ${of.mark}` } })),
  "DELETE /api/v1/comments/:id": row(ofComment),
  "GET /api/v1/reactions": row(nothing, () => ({ query: PAGE })),
  "GET /api/v1/reactions/:id": row(ofReaction),
  "POST /api/v1/statuses/:id/reactions": row((of) => ({
    ...ofCheckin(of),
    body: { person: of.personSlug, body: `:more-${of.mark}:` },
  })),
  "DELETE /api/v1/reactions/:id": row(ofReaction),

  "GET /api/v1/stats-notifications": row(nothing, (of) => ({
    query: { ...PAGE, ...LIMIT, user_id: of.personIdentifier, status: "removed" },
  })),
  "POST /api/v1/stats-notifications": row((of) => ({
    body: { user_id: of.personEmail, time_window: "half_yearly", webhook_url: `https://example.com/${of.mark}` },
  })),
  "GET /api/v1/stats-notifications/:id": row(ofSubscription),
  "PUT /api/v1/stats-notifications/:id": row((of) => ({
    ...ofSubscription(of),
    body: { time_window: "yearly", webhook_url: `https://example.com/${of.mark}` },
  })),
  "DELETE /api/v1/stats-notifications/:id": row(ofSubscription),
  "POST /api/v1/stats-notifications/:id/refresh": row(ofSubscription),
  "GET /api/v1/stats-notifications/:id/deliveries": row(ofSubscription, (of) => ({
    ...ofSubscription(of),
    query: LIMIT,
  })),
  "POST /api/v1/stats-notifications/:id/webhook/rotate": row(ofSubscription),
  "GET /metrics": row(nothing),
};

/** Every route with the keys that its guard accepts. A guard must declare them. */
export const MATRIX: Record<string, Row & { accepts: Accepts }> = Object.fromEntries(
  Object.entries(ROWS).map(([route, row]) => [route, { ...row, accepts: routeMetadata(route).accepts! }]),
);
