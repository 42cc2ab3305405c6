import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { newIntegrationKey } from "../../src/lib/id.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { knock, refusal } from "./probe.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      /** Two a minute. */
      SMALL_LIMIT: RateLimit;
    }
  }
}

let team: Team;
let other: Team;

beforeAll(async () => {
  [team, other] = await Promise.all([mintTeam(), mintTeam()]);
});

const small = { TEAM_KEY_LIMIT: env.SMALL_LIMIT, INTEGRATION_KEY_LIMIT: env.SMALL_LIMIT };

/** Asks until refused. A minute may end in between, so two a minute are exhausted by the fifth request at the latest. */
async function exhaust(headers: Record<string, string>): Promise<Response> {
  expect((await knock("either", headers, small)).status).toBe(200);
  for (let asked = 2; asked <= 5; asked++) {
    const response = await knock("either", headers, small);
    if (response.status !== 200) return response;
  }
  throw new Error("never refused");
}

test("a team key over its rate is told the policy and when to come back", async () => {
  const response = await exhaust(team.asTeam);
  expect(response.status).toBe(429);
  expect(response.headers.get("Retry-After")).toBe("10");
  expect(response.headers.get("RateLimit-Policy")).toBe('"key";q=60;w=10');
  expect(await response.json()).toEqual(refusal("Too many requests", "too_many_requests"));
});

test("an integration key has ten times the rate, counted apart from the team's and from other teams'", async () => {
  const response = await exhaust(other.asIntegration);
  expect(response.status).toBe(429);
  expect(response.headers.get("RateLimit-Policy")).toBe('"key";q=600;w=60');
  expect((await knock("either", other.asTeam, small)).status).toBe(200);
  expect((await knock("either", (await mintTeam()).asIntegration, small)).status).toBe(200);
});

test("an address that tries wrong keys is refused, and valid keys from it still work", async () => {
  const limits = { GUESS_LIMIT: env.SMALL_LIMIT };
  const address = { "CF-Connecting-IP": "203.0.113.7" };
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess++) {
    const headers = { ...address, Authorization: `Bearer ${newIntegrationKey()}` };
    statuses.push((await knock("integration", headers, limits)).status);
  }
  expect(statuses[0]).toBe(401);
  expect(statuses).toContain(429);
  expect((await knock("integration", { ...address, ...team.asIntegration }, limits)).status).toBe(200);
});
