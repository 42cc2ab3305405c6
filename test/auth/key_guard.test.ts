import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { newIntegrationKey, newTeamKey } from "../../src/lib/id.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { knock, refusal } from "./probe.ts";

let team: Team;
let other: Team;

beforeAll(async () => {
  [team, other] = await Promise.all([mintTeam({ timeoutMinutes: 25, timeZone: "Europe/London" }), mintTeam()]);
});

const MISSING = refusal("Missing API key", "missing_api_key");
const INVALID = refusal("Invalid API key", "invalid_api_key");

async function expectRefusal(response: Response, status: number, body: object) {
  expect(await response.json()).toEqual(body);
  expect(response.status).toBe(status);
  expect(response.headers.get("WWW-Authenticate")).toBe(status === 401 ? "Bearer" : null);
}

describe("a key in force", () => {
  test("of an integration speaks for the integration and its team", async () => {
    for (const accepts of ["integration", "either"] as const) {
      const response = await knock(accepts, team.asIntegration);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        accountId: team.accountId,
        teamId: team.teamId,
        teamSlug: `team-${team.teamId}`,
        teamTimeZone: "Europe/London",
        directoryVersion: 1,
        integration: { id: team.integrationId, timeoutMs: 25 * 60_000 },
      });
    }
  });

  test("of a team speaks for the team", async () => {
    for (const accepts of ["team", "either"] as const) {
      const response = await knock(accepts, team.asTeam);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ teamId: team.teamId, integration: null });
    }
  });

  test("of a team is also taken as a bearer token, beside its id or without one", async () => {
    const asBearer = { Authorization: `Bearer ${team.teamKey}` };
    for (const headers of [asBearer, { ...asBearer, "X-TEAM-ID": team.teamId }]) {
      expect(await (await knock("team", headers)).json()).toMatchObject({ teamId: team.teamId, integration: null });
    }
    await expectRefusal(await knock("team", { ...asBearer, "X-TEAM-ID": other.teamId }), 401, INVALID);
  });

  test("of a team is also taken as HTTP Basic, with the team's id as user name", async () => {
    const asBasic = (user: string, key: string) => ({ Authorization: `Basic ${btoa(`${user}:${key}`)}` });
    expect(await (await knock("team", asBasic(team.teamId, team.teamKey))).json()).toMatchObject({
      teamId: team.teamId,
    });
    await expectRefusal(await knock("team", asBasic(other.teamId, team.teamKey)), 401, INVALID);
    await expectRefusal(await knock("team", asBasic(team.teamId, newTeamKey())), 401, INVALID);
    await expectRefusal(await knock("integration", asBasic(team.teamId, team.teamKey)), 401, MISSING);
  });

  test("is found under header names and a scheme in any case", async () => {
    const spellings = [
      { authorization: `bearer ${team.integrationKey}` },
      { AUTHORIZATION: `BEARER ${team.integrationKey}` },
      { Authorization: `Bearer   ${team.integrationKey}` },
      { "x-team-id": team.teamId, "x-api-key": team.teamKey },
      { "X-Team-Id": team.teamId, "X-Api-Key": team.teamKey },
    ];
    for (const headers of spellings) expect((await knock("either", headers)).status, JSON.stringify(headers)).toBe(200);
  });
});

describe("401 Missing API key", () => {
  test("without any, with an empty one, and with another scheme", async () => {
    const shown = [{}, { Authorization: "" }, { Authorization: "Bearer" }, { Authorization: "Bearer " }];
    for (const headers of [
      ...shown,
      { Authorization: `Basic ${team.integrationKey}` },
      { "X-API-KEY": "" },
      { Authorization: "Bearer a b" },
    ]) {
      await expectRefusal(await knock("either", headers), 401, MISSING);
    }
  });

  test("for a team's id without its key", async () => {
    await expectRefusal(await knock("team", { "X-TEAM-ID": team.teamId }), 401, MISSING);
  });

  test("for a key of the kind that the route does not take", async () => {
    await expectRefusal(await knock("integration", team.asTeam), 401, MISSING);
    await expectRefusal(await knock("team", team.asIntegration), 401, MISSING);
  });
});

describe("401 Invalid API key", () => {
  test("for keys nobody has", async () => {
    await expectRefusal(await knock("either", { Authorization: `Bearer ${newIntegrationKey()}` }), 401, INVALID);
    await expectRefusal(await knock("either", { "X-TEAM-ID": team.teamId, "X-API-KEY": newTeamKey() }), 401, INVALID);
  });

  test("for a team's right key under another team's id, or none", async () => {
    for (const id of [other.teamId, "", "nonsense", `${team.teamId} `.repeat(2)]) {
      await expectRefusal(await knock("team", { "X-TEAM-ID": id, "X-API-KEY": team.teamKey }), 401, INVALID);
    }
    await expectRefusal(await knock("team", { "X-API-KEY": team.teamKey }), 401, INVALID);
  });

  test("for a right key in the place of the other kind", async () => {
    await expectRefusal(await knock("integration", { Authorization: `Bearer ${team.teamKey}` }), 401, INVALID);
    await expectRefusal(
      await knock("either", { "X-TEAM-ID": team.teamId, "X-API-KEY": team.integrationKey }),
      401,
      INVALID,
    );
  });

  test("for a wrong team key beside a right integration key: what is shown must be right", async () => {
    const both = { ...team.asIntegration, "X-TEAM-ID": team.teamId, "X-API-KEY": newTeamKey() };
    await expectRefusal(await knock("either", both), 401, INVALID);
  });

  test("for a key that was deleted, from the next request on", async () => {
    const { integrationId, asIntegration } = await mintTeam();
    expect((await knock("integration", asIntegration)).status).toBe(200);
    await env.DB.prepare("DELETE FROM api_keys WHERE integration_id = ?").bind(integrationId).run();
    await expectRefusal(await knock("integration", asIntegration), 401, INVALID);
  });

  test("for malformed keys, which D1 is never asked about", async () => {
    const nobody = { DB: null };
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    // Were D1 asked, the answer would be that of a well-formed key.
    const wellFormed = await knock("integration", { Authorization: `Bearer ${newIntegrationKey()}` }, nobody);
    expect(wellFormed.status).toBe(503);
    expect(logged).toHaveBeenCalledOnce();

    const key = team.integrationKey;
    const malformed = ["tc_", key.slice(0, -1), `${key}0`, `TC_${key.slice(3)}`, key.slice(3), `${key.slice(0, -1)}-`];
    for (const shown of [...malformed, `${key},${key}`, "'OR(1=1)--", "x".repeat(10_000)]) {
      await expectRefusal(await knock("integration", { Authorization: `Bearer ${shown}` }, nobody), 401, INVALID);
    }
    for (const shown of [team.teamKey.slice(1), `${team.teamKey}A`, `${team.teamKey.slice(1)}+`, "' OR 1=1--"]) {
      const headers = { "X-TEAM-ID": team.teamId, "X-API-KEY": shown };
      await expectRefusal(await knock("team", headers, nobody), 401, INVALID);
    }
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });
});

describe("403", () => {
  test("Integration not active", async () => {
    const { asIntegration, asTeam } = await mintTeam({ active: false });
    await expectRefusal(
      await knock("integration", asIntegration),
      403,
      refusal("Integration not active", "integration_not_active"),
    );
    expect((await knock("team", asTeam)).status).toBe(200);
  });

  test("Account onboarding incomplete, for either key", async () => {
    const { asIntegration, asTeam } = await mintTeam({ onboarded: false });
    const incomplete = refusal("Account onboarding incomplete", "onboarding_incomplete");
    await expectRefusal(await knock("integration", asIntegration), 403, incomplete);
    await expectRefusal(await knock("team", asTeam), 403, incomplete);
  });

  test("is not for a stranger to see: a wrong key of such a team is as invalid as any", async () => {
    const { teamId } = await mintTeam({ onboarded: false });
    await expectRefusal(await knock("team", { "X-TEAM-ID": teamId, "X-API-KEY": newTeamKey() }), 401, INVALID);
  });
});
