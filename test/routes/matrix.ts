import { eventsBody, type Names, presenceBody } from "./world.ts";

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
const answers = (mark: string) => ({
  ...{ next: `#tag-${mark}`, blockers: `Waiting for ${mark}`, previous: `The report of ${mark}` },
  previous_completed: true,
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

  "GET /api/v1/reports": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/reports/:id": team(
    (of) => ({ params: { id: of.report } }),
    () => ({ params: { id: TODAY } }),
  ),
  "GET /api/v1/statuses": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/statuses/:id": team(ofCheckin, (of) => ({ params: { id: of.checkinSlug } })),
  "PUT /api/v1/statuses/:id": team((of) => ({ ...ofCheckin(of), body: { answers: answers(of.mark) } })),
  "POST /api/v1/statuses": team((of) => ({ body: { member: of.person, answers: answers(of.mark) } })),
  "GET /api/v1/tags": team(nothing, () => ({ query: PAGE })),
  "GET /api/v1/tags/:tag": { ...team(({ mark }) => ({ params: { tag: `tag-${mark}` }, query: PAGE })), finds: true },
};
