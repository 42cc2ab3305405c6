import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";

const NOON = Date.parse("2026-11-20T12:00:00Z");
const MINUTE_MS = 60_000;

let team: Team;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  team = await mintTeam();
});
afterEach(() => vi.useRealTimers());

type Rotated = { key: string; key_prefix: string; old_key_expires_at: string | null };

const ask = (body?: unknown) =>
  call(`/api/v1/integrations/${team.integrationId}/rotate`, { method: "POST", headers: team.asTeam, body });

async function rotate(minutes?: number): Promise<Rotated> {
  const response = await ask(minutes === undefined ? undefined : { keep_old_for_minutes: minutes });
  expect(response.status).toBe(200);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  return response.json();
}

const tryKey = async (key: string) =>
  (await call("/api/v1/people", { headers: { Authorization: `Bearer ${key}` } })).status;

const keyRows = () =>
  env.DB.prepare("SELECT count(*) AS n FROM api_keys WHERE integration_id = ?").bind(team.integrationId).first("n");

test("The new key works and the old one stops at once", async () => {
  const rotated = await rotate();
  expect(rotated).toEqual({
    id: team.integrationId,
    name: "Test",
    active: true,
    presence_timeout_minutes: 10,
    key_prefix: rotated.key.slice(0, 7),
    last_used_at: null,
    created_at: "2026-11-20T12:00:00Z",
    key: expect.stringMatching(/^tc_[0-9A-Za-z]{20}$/),
    old_key_expires_at: null,
  });
  expect(await tryKey(team.integrationKey)).toBe(401);
  expect(await tryKey(rotated.key)).toBe(200);
  expect(await keyRows()).toBe(1);
});

test("The old key can work until a given time, and not a millisecond longer", async () => {
  const rotated = await rotate(5);
  expect(rotated.old_key_expires_at).toBe("2026-11-20T12:05:00Z");
  expect(await tryKey(team.integrationKey)).toBe(200);
  expect(await tryKey(rotated.key)).toBe(200);
  vi.setSystemTime(NOON + 5 * MINUTE_MS - 1);
  expect(await tryKey(team.integrationKey)).toBe(200);
  vi.setSystemTime(NOON + 5 * MINUTE_MS);
  expect(await tryKey(team.integrationKey)).toBe(401);
  expect(await tryKey(rotated.key)).toBe(200);
});

test("The list shows the prefix of the newest key while the old one still works", async () => {
  const rotated = await rotate(5);
  const response = await call("/api/v1/integrations", { headers: team.asTeam });
  const { data } = await response.json<{ data: { key_prefix: string }[] }>();
  expect(data.map((integration) => integration.key_prefix)).toEqual([rotated.key.slice(0, 7)]);
});

test("A key that already expires keeps the earlier of two times", async () => {
  const second = await rotate(5);
  // Longer than the first key has left: that key keeps its time.
  const third = await rotate(60);
  vi.setSystemTime(NOON + 4 * MINUTE_MS);
  for (const key of [team.integrationKey, second.key, third.key]) expect(await tryKey(key)).toBe(200);
  vi.setSystemTime(NOON + 5 * MINUTE_MS);
  expect(await tryKey(team.integrationKey)).toBe(401);
  expect(await tryKey(second.key)).toBe(200);
  // Shorter than the second key has left: it now expires with the third.
  await rotate(1);
  expect(await keyRows()).toBe(3);
  vi.setSystemTime(NOON + 6 * MINUTE_MS);
  for (const key of [second.key, third.key]) expect(await tryKey(key)).toBe(401);
});

test("A rotation without delay ends every older key, also those that expire later", async () => {
  const second = await rotate(60);
  const third = await rotate(0);
  for (const key of [team.integrationKey, second.key]) expect(await tryKey(key)).toBe(401);
  expect(await tryKey(third.key)).toBe(200);
  expect(await keyRows()).toBe(1);
});

test("After several rotations at the same time, one key works", async () => {
  const keys = (await Promise.all([rotate(), rotate(), rotate()])).map(({ key }) => key);
  const answers = await Promise.all(keys.map(tryKey));
  expect(answers.sort()).toEqual([200, 401, 401]);
});

test("Keys of other integrations keep working", async () => {
  const made = await call("/api/v1/integrations", { headers: team.asTeam, body: { name: "Other" } });
  const { key } = await made.json<{ key: string }>();
  await rotate();
  expect(await tryKey(key)).toBe(200);
  expect((await call("/api/v1/integrations", { headers: team.asTeam })).status).toBe(200);
});

test("The key of an inactive integration can be rotated, and the integration stays inactive", async () => {
  await env.DB.prepare("UPDATE integrations SET active = 0 WHERE id = ?").bind(team.integrationId).run();
  expect(await tryKey((await rotate()).key)).toBe(403);
});

test("The old key works for a week at most, in whole minutes, and other fields are refused", async () => {
  expect((await rotate(10_080)).old_key_expires_at).toBe("2026-11-27T12:00:00Z");
  for (const minutes of [-1, 10_081, 0.5, "5", null]) {
    const response = await ask({ keep_old_for_minutes: minutes });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: "keep_old_for_minutes" }] });
  }
  const response = await ask({ keep_old_minutes: 5 });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ issues: [{ path: "keep_old_minutes" }] });
  expect(await tryKey(team.integrationKey)).toBe(200);
});
