import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { newIntegrationKey } from "../../src/lib/id.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { callGuarded, errorBody } from "./probe.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      /** Allows two requests a minute. */
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

/** Sends requests until one is refused. That is the fifth at the latest, because a minute may end during them. */
async function exhaust(headers: Record<string, string>): Promise<Response> {
  expect((await callGuarded("either", headers, small)).status).toBe(200);
  for (let asked = 2; asked <= 5; asked++) {
    const response = await callGuarded("either", headers, small);
    if (response.status !== 200) return response;
  }
  throw new Error("never refused");
}

test("A team key over its rate gets the policy and the time to wait", async () => {
  const response = await exhaust(team.asTeam);
  expect(response.status).toBe(429);
  expect(response.headers.get("Retry-After")).toBe("10");
  expect(response.headers.get("RateLimit-Policy")).toBe('"key";q=60;w=10');
  expect(await response.json()).toEqual(errorBody("Too many requests", "too_many_requests"));
});

test("An integration key has ten times the rate, and each key is counted separately", async () => {
  const response = await exhaust(other.asIntegration);
  expect(response.status).toBe(429);
  expect(response.headers.get("RateLimit-Policy")).toBe('"key";q=600;w=60');
  expect((await callGuarded("either", other.asTeam, small)).status).toBe(200);
  expect((await callGuarded("either", (await mintTeam()).asIntegration, small)).status).toBe(200);
});

test("An address that sends wrong keys is refused, and valid keys from it still work", async () => {
  const limits = { GUESS_LIMIT: env.SMALL_LIMIT };
  const address = { "CF-Connecting-IP": "203.0.113.7" };
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess++) {
    const headers = { ...address, Authorization: `Bearer ${newIntegrationKey()}` };
    statuses.push((await callGuarded("integration", headers, limits)).status);
  }
  expect(statuses[0]).toBe(401);
  expect(statuses).toContain(429);
  expect((await callGuarded("integration", { ...address, ...team.asIntegration }, limits)).status).toBe(200);
});
