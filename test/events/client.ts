import { call, type Team } from "../support/team.ts";

let made = 0;

/** An event as a tool sends it: valid, and a new one each time, but for what `over` says. */
export const anEvent = (over: Record<string, unknown> = {}) => ({
  kind: "commit",
  externalId: `event-${++made}`,
  personIdentifier: "john.doe",
  timestamp: "2024-01-15T14:25:00Z",
  title: "Fix user authentication bug",
  scope: "backend/auth",
  ...over,
});

/** Sends a body as the team's integration. */
export const send = (team: Team, body: unknown): Promise<Response> =>
  call("/api/v1/events", { headers: team.asIntegration, body });

type Answer = {
  success: boolean;
  timestamp: string;
  processed: { total: number; created: number; updated: number; skipped: number; errors: number };
  failures?: { index: number; externalId: string | null; message: string }[];
};

/** Sends events that must be answered with 200. */
export async function push(team: Team, ...events: unknown[]): Promise<Answer> {
  const response = await send(team, { events });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

export type EventBody = Record<string, unknown> & { id: string; external_id: string; person_id: string };
type Page = { data: EventBody[]; next_cursor: string | null };

/** One page of the team's events; `params` as in a query string. */
export async function list(team: Team, params: Record<string, string> = {}): Promise<Page> {
  const response = await call(`/api/v1/events?${new URLSearchParams(params)}`, { headers: team.asTeam });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

/** Every page from the first to the last, as one list. */
export async function listAll(team: Team, params: Record<string, string> = {}): Promise<EventBody[]> {
  const { data, next_cursor: cursor } = await list(team, params);
  return cursor === null ? data : [...data, ...(await listAll(team, { ...params, cursor }))];
}
