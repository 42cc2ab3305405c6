import { env } from "cloudflare:workers";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";
import { knock, refusal, withoutKeysTable } from "./probe.ts";

let team: Team;

let log: MockInstance<typeof console.error>;

beforeEach(async () => {
  log = vi.spyOn(console, "error").mockImplementation(() => {});
  team = await mintTeam();
});
afterEach(() => {
  vi.useRealTimers();
  log.mockRestore();
});

async function expectUnavailable(response: Response) {
  expect(response.status).toBe(503);
  expect(response.headers.get("Retry-After")).toBe("5");
  expect(await response.json()).toEqual(refusal("Temporarily unavailable", "unavailable"));
}

test("a key that nobody showed before is asked to come back", async () => {
  await withoutKeysTable(async () => {
    await expectUnavailable(await knock("integration", team.asIntegration));
    await expectUnavailable(await knock("team", team.asTeam));
  });
});

test("the failure is logged, and no key with it", async () => {
  await withoutKeysTable(async () => void (await knock("integration", team.asIntegration)));
  expect(log).toHaveBeenCalledOnce();
  const logged = inspect(log.mock.calls, { depth: 10 });
  expect(logged).toContain("no such table: api_keys");
  expect(logged).not.toContain(team.integrationKey.slice(3));
});

test("a key that was good a moment ago still speaks for its team, and only for its own", async () => {
  const before = await (await knock("integration", team.asIntegration)).json();
  await knock("team", team.asTeam);
  const other = await mintTeam();
  await withoutKeysTable(async () => {
    const during = await knock("integration", team.asIntegration);
    expect(during.status).toBe(200);
    expect(await during.json()).toEqual(before);
    expect((await knock("team", team.asTeam)).status).toBe(200);
    expect((await knock("team", { ...team.asTeam, "X-TEAM-ID": other.teamId })).status).toBe(401);
  });
});

test("presence gets through", async () => {
  const beat = {
    timestamp: new Date().toISOString(),
    source: "test",
    users: [{ personIdentifier: "ann", status: "online" }],
  };
  const send = () => call("/api/v1/presence", { headers: team.asIntegration, body: beat });
  expect((await send()).status).toBe(200);
  await withoutKeysTable(async () => expect((await send()).status).toBe(200));
});

test("an inactive integration stays refused", async () => {
  const { asIntegration } = await mintTeam({ active: false });
  await knock("integration", asIntegration);
  await withoutKeysTable(async () => expect((await knock("integration", asIntegration)).status).toBe(403));
});

test("a key found revoked is forgotten", async () => {
  await knock("integration", team.asIntegration);
  await env.DB.prepare("DELETE FROM api_keys WHERE team_id = ?").bind(team.teamId).run();
  expect((await knock("integration", team.asIntegration)).status).toBe(401);
  await withoutKeysTable(async () => expectUnavailable(await knock("integration", team.asIntegration)));
});

test("a key is remembered for an hour", async () => {
  const start = Date.now();
  await knock("integration", team.asIntegration);
  await withoutKeysTable(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: start + 3_600_000 });
    expect((await knock("integration", team.asIntegration)).status).toBe(200);
    vi.setSystemTime(start + 3_700_000);
    await expectUnavailable(await knock("integration", team.asIntegration));
  });
});

test("a rotated key is remembered until it expires", async () => {
  const now = Date.now();
  const expiry = now + 300_000;
  await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE integration_id = ?")
    .bind(expiry, team.integrationId)
    .run();
  await knock("integration", team.asIntegration);
  await withoutKeysTable(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: expiry - 1 });
    expect((await knock("integration", team.asIntegration)).status).toBe(200);
    vi.setSystemTime(expiry);
    await expectUnavailable(await knock("integration", team.asIntegration));
  });
});
