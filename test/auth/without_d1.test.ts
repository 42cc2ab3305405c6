import { env } from "cloudflare:workers";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";
import { callGuarded, errorBody, withoutKeysTable } from "./probe.ts";

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
  expect(await response.json()).toEqual(errorBody("Temporarily unavailable", "unavailable"));
}

test("A key that is not cached gets a 503 with a time to wait", async () => {
  await withoutKeysTable(async () => {
    await expectUnavailable(await callGuarded("integration", team.asIntegration));
    await expectUnavailable(await callGuarded("team", team.asTeam));
  });
});

test("The failure is logged without the key", async () => {
  await withoutKeysTable(async () => void (await callGuarded("integration", team.asIntegration)));
  expect(log).toHaveBeenCalledOnce();
  const logged = inspect(log.mock.calls, { depth: 10 });
  expect(logged).toContain("no such table: api_keys");
  expect(logged).not.toContain(team.integrationKey.slice(3));
});

test("A cached key acts for its own team only", async () => {
  const before = await (await callGuarded("integration", team.asIntegration)).json();
  await callGuarded("team", team.asTeam);
  const other = await mintTeam();
  await withoutKeysTable(async () => {
    const during = await callGuarded("integration", team.asIntegration);
    expect(during.status).toBe(200);
    expect(await during.json()).toEqual(before);
    expect((await callGuarded("team", team.asTeam)).status).toBe(200);
    expect((await callGuarded("team", { ...team.asTeam, "X-TEAM-ID": other.teamId })).status).toBe(401);
  });
});

test("A cached key can send presence", async () => {
  const beat = {
    timestamp: new Date().toISOString(),
    source: "test",
    users: [{ personIdentifier: "ann", status: "online" }],
  };
  const send = () => call("/api/v1/presence", { headers: team.asIntegration, body: beat });
  expect((await send()).status).toBe(200);
  await withoutKeysTable(async () => expect((await send()).status).toBe(200));
});

test("The cached key of an inactive integration is refused", async () => {
  const { asIntegration } = await mintTeam({ active: false });
  await callGuarded("integration", asIntegration);
  await withoutKeysTable(async () => expect((await callGuarded("integration", asIntegration)).status).toBe(403));
});

test("A key that was revoked is removed from the cache", async () => {
  await callGuarded("integration", team.asIntegration);
  await env.DB.prepare("DELETE FROM api_keys WHERE team_id = ?").bind(team.teamId).run();
  expect((await callGuarded("integration", team.asIntegration)).status).toBe(401);
  await withoutKeysTable(async () => expectUnavailable(await callGuarded("integration", team.asIntegration)));
});

test("A key is cached for an hour", async () => {
  const start = Date.now();
  await callGuarded("integration", team.asIntegration);
  await withoutKeysTable(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: start + 3_600_000 });
    expect((await callGuarded("integration", team.asIntegration)).status).toBe(200);
    vi.setSystemTime(start + 3_700_000);
    await expectUnavailable(await callGuarded("integration", team.asIntegration));
  });
});

test("A rotated key is cached until it expires", async () => {
  const now = Date.now();
  const expiry = now + 300_000;
  await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE integration_id = ?")
    .bind(expiry, team.integrationId)
    .run();
  await callGuarded("integration", team.asIntegration);
  await withoutKeysTable(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: expiry - 1 });
    expect((await callGuarded("integration", team.asIntegration)).status).toBe(200);
    vi.setSystemTime(expiry);
    await expectUnavailable(await callGuarded("integration", team.asIntegration));
  });
});
