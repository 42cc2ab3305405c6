import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { newIntegrationKey, newTeamKey } from "../../src/lib/id.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { callGuarded, errorBody } from "./probe.ts";

let team: Team;
let other: Team;

beforeAll(async () => {
  [team, other] = await Promise.all([mintTeam({ timeoutMinutes: 25, timeZone: "Europe/London" }), mintTeam()]);
});

const MISSING = errorBody("Missing API key", "missing_api_key");
const INVALID = errorBody("Invalid API key", "invalid_api_key");

async function expectRefusal(response: Response, status: number, body: object) {
  expect(await response.json()).toEqual(body);
  expect(response.status).toBe(status);
  expect(response.headers.get("WWW-Authenticate")).toBe(status === 401 ? "Bearer" : null);
}

describe("a valid key", () => {
  test("An integration key acts for the integration and its team", async () => {
    for (const accepts of ["integration", "either"] as const) {
      const response = await callGuarded(accepts, team.asIntegration);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        accountId: team.accountId,
        teamId: team.teamId,
        team: { slug: `team-${team.teamId}`, timeZone: "Europe/London" },
        directoryVersion: 1,
        integration: { id: team.integrationId, timeoutMs: 25 * 60_000 },
      });
    }
  });

  test("A team key acts for the team", async () => {
    for (const accepts of ["team", "either"] as const) {
      const response = await callGuarded(accepts, team.asTeam);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ teamId: team.teamId, integration: null });
    }
  });

  test("A team key is accepted as a bearer token, with or without the team's id", async () => {
    const asBearer = { Authorization: `Bearer ${team.teamKey}` };
    for (const headers of [asBearer, { ...asBearer, "X-TEAM-ID": team.teamId }]) {
      expect(await (await callGuarded("team", headers)).json()).toMatchObject({
        teamId: team.teamId,
        integration: null,
      });
    }
    await expectRefusal(await callGuarded("team", { ...asBearer, "X-TEAM-ID": other.teamId }), 401, INVALID);
  });

  test("A team key is accepted as HTTP Basic, with the team's id as user name", async () => {
    const asBasic = (user: string, key: string) => ({ Authorization: `Basic ${btoa(`${user}:${key}`)}` });
    expect(await (await callGuarded("team", asBasic(team.teamId, team.teamKey))).json()).toMatchObject({
      teamId: team.teamId,
    });
    await expectRefusal(await callGuarded("team", asBasic(other.teamId, team.teamKey)), 401, INVALID);
    await expectRefusal(await callGuarded("team", asBasic(team.teamId, newTeamKey())), 401, INVALID);
    await expectRefusal(await callGuarded("integration", asBasic(team.teamId, team.teamKey)), 401, MISSING);
  });

  test("Header names and the scheme are accepted in any case", async () => {
    const spellings = [
      { authorization: `bearer ${team.integrationKey}` },
      { AUTHORIZATION: `BEARER ${team.integrationKey}` },
      { Authorization: `Bearer   ${team.integrationKey}` },
      { "x-team-id": team.teamId, "x-api-key": team.teamKey },
      { "X-Team-Id": team.teamId, "X-Api-Key": team.teamKey },
    ];
    for (const headers of spellings)
      expect((await callGuarded("either", headers)).status, JSON.stringify(headers)).toBe(200);
  });
});

describe("401 Missing API key", () => {
  test("It answers a request without a key, with an empty one, or with another scheme", async () => {
    const withoutKey = [{}, { Authorization: "" }, { Authorization: "Bearer" }, { Authorization: "Bearer " }];
    for (const headers of [
      ...withoutKey,
      { Authorization: `Basic ${team.integrationKey}` },
      { "X-API-KEY": "" },
      { Authorization: "Bearer a b" },
    ]) {
      await expectRefusal(await callGuarded("either", headers), 401, MISSING);
    }
  });

  test("It answers a team's id without a key", async () => {
    await expectRefusal(await callGuarded("team", { "X-TEAM-ID": team.teamId }), 401, MISSING);
  });

  test("It answers a key of a kind that the route does not accept", async () => {
    await expectRefusal(await callGuarded("integration", team.asTeam), 401, MISSING);
    await expectRefusal(await callGuarded("team", team.asIntegration), 401, MISSING);
  });
});

describe("401 Invalid API key", () => {
  test("It answers an unknown key", async () => {
    await expectRefusal(await callGuarded("either", { Authorization: `Bearer ${newIntegrationKey()}` }), 401, INVALID);
    await expectRefusal(
      await callGuarded("either", { "X-TEAM-ID": team.teamId, "X-API-KEY": newTeamKey() }),
      401,
      INVALID,
    );
  });

  test("It answers a team key with another team's id, or without one", async () => {
    for (const id of [other.teamId, "", "nonsense", `${team.teamId} `.repeat(2)]) {
      await expectRefusal(await callGuarded("team", { "X-TEAM-ID": id, "X-API-KEY": team.teamKey }), 401, INVALID);
    }
    await expectRefusal(await callGuarded("team", { "X-API-KEY": team.teamKey }), 401, INVALID);
  });

  test("It answers a key in the place of the other kind", async () => {
    await expectRefusal(await callGuarded("integration", { Authorization: `Bearer ${team.teamKey}` }), 401, INVALID);
    await expectRefusal(
      await callGuarded("either", { "X-TEAM-ID": team.teamId, "X-API-KEY": team.integrationKey }),
      401,
      INVALID,
    );
  });

  test("It answers a wrong team key beside a valid integration key", async () => {
    const both = { ...team.asIntegration, "X-TEAM-ID": team.teamId, "X-API-KEY": newTeamKey() };
    await expectRefusal(await callGuarded("either", both), 401, INVALID);
  });

  test("It answers a deleted key from the next request on", async () => {
    const { integrationId, asIntegration } = await mintTeam();
    expect((await callGuarded("integration", asIntegration)).status).toBe(200);
    await env.DB.prepare("DELETE FROM api_keys WHERE integration_id = ?").bind(integrationId).run();
    await expectRefusal(await callGuarded("integration", asIntegration), 401, INVALID);
  });

  test("It answers a malformed key without a query to D1", async () => {
    const withoutD1 = { DB: null };
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    // A well-formed key is looked up in D1, which fails here.
    const wellFormed = await callGuarded("integration", { Authorization: `Bearer ${newIntegrationKey()}` }, withoutD1);
    expect(wellFormed.status).toBe(503);
    expect(logged).toHaveBeenCalledOnce();

    const key = team.integrationKey;
    const malformed = ["tc_", key.slice(0, -1), `${key}0`, `TC_${key.slice(3)}`, key.slice(3), `${key.slice(0, -1)}-`];
    for (const shown of [...malformed, `${key},${key}`, "'OR(1=1)--", "x".repeat(10_000)]) {
      await expectRefusal(
        await callGuarded("integration", { Authorization: `Bearer ${shown}` }, withoutD1),
        401,
        INVALID,
      );
    }
    for (const shown of [team.teamKey.slice(1), `${team.teamKey}A`, `${team.teamKey.slice(1)}+`, "' OR 1=1--"]) {
      const headers = { "X-TEAM-ID": team.teamId, "X-API-KEY": shown };
      await expectRefusal(await callGuarded("team", headers, withoutD1), 401, INVALID);
    }
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });
});

describe("403", () => {
  test("It answers a key of an inactive integration", async () => {
    const { asIntegration, asTeam } = await mintTeam({ active: false });
    await expectRefusal(
      await callGuarded("integration", asIntegration),
      403,
      errorBody("Integration not active", "integration_not_active"),
    );
    expect((await callGuarded("team", asTeam)).status).toBe(200);
  });

  test("It answers either key of an account that is not onboarded", async () => {
    const { asIntegration, asTeam } = await mintTeam({ onboarded: false });
    const incomplete = errorBody("Account onboarding incomplete", "onboarding_incomplete");
    await expectRefusal(await callGuarded("integration", asIntegration), 403, incomplete);
    await expectRefusal(await callGuarded("team", asTeam), 403, incomplete);
  });

  test("A wrong key of such a team is a 401 as any other", async () => {
    const { teamId } = await mintTeam({ onboarded: false });
    await expectRefusal(await callGuarded("team", { "X-TEAM-ID": teamId, "X-API-KEY": newTeamKey() }), 401, INVALID);
  });
});
