import { call, type Team } from "../support/team.ts";

let count = 0;

/** A valid event as a tool sends it, with a new external id each time. `fields` replaces or adds fields. */
export const anEvent = (fields: Record<string, unknown> = {}) => ({
  kind: "commit",
  externalId: `event-${++count}`,
  personIdentifier: "john.doe",
  timestamp: "2024-01-15T14:25:00Z",
  title: "Fix user authentication bug",
  scope: "backend/auth",
  ...fields,
});

/** Sends a body to `POST /events` as the team's integration. */
export const send = (team: Team, body: unknown): Promise<Response> =>
  call("/api/v1/events", { headers: team.asIntegration, body });

type Answer = {
  success: boolean;
  timestamp: string;
  processed: { total: number; created: number; updated: number; skipped: number; errors: number };
  failures?: { index: number; externalId: string | null; message: string }[];
};

/** Sends events as the team's integration. Throws unless the answer is 200. */
export async function push(team: Team, ...events: unknown[]): Promise<Answer> {
  const response = await send(team, { events });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

export type EventBody = Record<string, unknown> & { id: string; external_id: string; person_id: string };
type Page = { data: EventBody[]; next_cursor: string | null };

/** Reads one page of the team's events. `params` is the query string. Throws unless the answer is 200. */
export async function list(team: Team, params: Record<string, string> = {}): Promise<Page> {
  const response = await call(`/api/v1/events?${new URLSearchParams(params)}`, { headers: team.asTeam });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

/** Reads all pages of the team's events as one list. */
export async function listAll(team: Team, params: Record<string, string> = {}): Promise<EventBody[]> {
  const { data, next_cursor: cursor } = await list(team, params);
  return cursor === null ? data : [...data, ...(await listAll(team, { ...params, cursor }))];
}
