import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { newId } from "../../src/lib/id.ts";
import { call } from "../support/team.ts";

/** The headers of the operator. */
export const TOKEN = { Authorization: "Bearer setup-token-for-tests-0000000000000" };

/** The answer to a set-up. */
export type Answer = {
  account: { id: string; name: string };
  team: { id: string; name: string; slug: string; time_zone: string; key: string };
  owner: { person_id: string; name: string; email: string };
  integration: { id: string; name: string; presence_timeout_minutes: number; key: string };
};

/** A body with another owner each time: the same account cannot be set up twice. */
export const body = (team: object = {}) => ({
  team: { name: "Omega Team", ...team },
  owner: { name: "Emma Garrett", email: `Emma.${newId()}@Example.com` },
});
/** Asks for a set-up. */
export const ask = (body: unknown, headers: Record<string, string> = TOKEN) => call("/api/v1/setup", { headers, body });

/** Sets an account up, which must succeed. */
export async function setUp(body: unknown): Promise<Answer> {
  const response = await ask(body);
  expect(response.status).toBe(201);
  return response.json();
}

/** How many rows every table of the database has. */
export async function countRows(): Promise<Record<string, number>> {
  const tables = ["accounts", "teams", "people", "identities", "members", "integrations", "api_keys"];
  const counts = await env.DB.batch<{ n: number }>(
    tables.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`)),
  );
  return Object.fromEntries(tables.map((table, at) => [table, counts[at]!.results[0]!.n]));
}
