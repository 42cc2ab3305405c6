import { INTEGRATION, TEAM } from "../demo/account.ts";

/** Headers with the credentials of a caller. */
export const withKey = (key: string) => ({ Authorization: `Bearer ${key}` });
export const withTeamKey = (team: { id: string; key: string }) => ({ "X-TEAM-ID": team.id, "X-API-KEY": team.key });

export const DEMO = { integration: withKey(INTEGRATION.key), team: withTeamKey(TEAM) };

/** Sends a request for a path under /api/v1. A body is sent as JSON, and makes POST the default method. */
export const ask = (
  url: string,
  headers: Record<string, string>,
  path: string,
  { body, method = body === undefined ? "GET" : "POST", accept = "application/json" }: Ask = {},
): Promise<Response> =>
  fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...headers, Accept: accept, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: body === undefined ? null : JSON.stringify(body),
  });

type Ask = { method?: string; body?: unknown; accept?: string };

/** Returns the JSON of an answer that must have a 2xx status. */
export async function json<T = Record<string, unknown>>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

const SETUP_TOKEN = "a-token-for-one-journey-000000000000";

/** The secrets that a server needs for `foundTeam`. */
export const SETUP_ARGS = ["--var", `SETUP_TOKEN:${SETUP_TOKEN}`];

export type Integration = { id: string; key: string };
type Founded = { team: { id: string; key: string }; owner: { person_id: string }; integration: Integration };

/** Sets up an account of the journey's own, with a team, its key and an integration. */
export const foundTeam = (url: string, body: object): Promise<Founded> =>
  json(ask(url, withKey(SETUP_TOKEN), "/setup", { body }));

/** Reads all pages of a list. */
export async function all<T>(url: string, headers: Record<string, string>, path: string): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { data: T[]; next_cursor: string | null } = await json(
      ask(url, headers, `${path}?limit=200${cursor && `&cursor=${cursor}`}`),
    );
    rows.push(...page.data);
    cursor = page.next_cursor;
  }
  return rows;
}
