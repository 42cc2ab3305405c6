import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { read } from "../support/checkins.ts";
import { rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

const NOON = Date.parse("2026-11-20T12:00:00Z");

let team: Team;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  team = await mintTeam();
});
afterEach(() => vi.useRealTimers());

type Rotated = { key: string; old_key_expires_at: string | null };

const ask = (key: string, body?: unknown) =>
  call("/api/v1/team/rotate", { method: "POST", headers: { ...team.asTeam, "X-API-KEY": key }, body });

const tryKey = async (key: string, of = team) =>
  (await call("/api/v1/team", { headers: { ...of.asTeam, "X-API-KEY": key } })).status;

const keys = () => rows("SELECT prefix FROM api_keys WHERE team_id = ? AND integration_id IS NULL", team.teamId);

test("A new team key works at once, and the old one stops at once", async () => {
  const response = await ask(team.teamKey);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const rotated = await read<Rotated>(response);
  expect(rotated).toEqual({ key: expect.stringMatching(/^[\w-]{43}$/), old_key_expires_at: null });
  expect([await tryKey(team.teamKey), await tryKey(rotated.key)]).toEqual([401, 200]);
  expect(await keys()).toEqual([{ prefix: rotated.key.slice(0, 7) }]);
});

test("The old key can work until a given time", async () => {
  const rotated = await read<Rotated>(ask(team.teamKey, { keep_old_for_minutes: 5 }));
  expect(rotated.old_key_expires_at).toBe("2026-11-20T12:05:00Z");
  vi.setSystemTime(NOON + 5 * 60_000 - 1);
  expect([await tryKey(team.teamKey), await tryKey(rotated.key)]).toEqual([200, 200]);
  vi.setSystemTime(NOON + 5 * 60_000);
  expect([await tryKey(team.teamKey), await tryKey(rotated.key)]).toEqual([401, 200]);
});

test("After several rotations at the same time, one key works", async () => {
  // A request that arrives after another is done has no valid key any more.
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(team.teamKey)));
  const rotated = await Promise.all(answers.filter(({ status }) => status === 200).map((one) => read<Rotated>(one)));
  const inForce = (await Promise.all(rotated.map(({ key }) => tryKey(key)))).filter((status) => status === 200);
  expect(inForce).toHaveLength(1);
  expect(await keys()).toHaveLength(1);
});

test("Keys of integrations and of other teams keep working", async () => {
  const other = await mintTeam();
  const sibling = await mintTeam({ accountId: team.accountId });
  await read(ask(team.teamKey));
  expect(await tryKey(other.teamKey, other)).toBe(200);
  expect(await tryKey(sibling.teamKey, sibling)).toBe(200);
  expect((await call("/api/v1/people", { headers: team.asIntegration })).status).toBe(200);
});

test("The old key works for a week at most, and other fields are refused", async () => {
  for (const [body, path] of [
    [{ keep_old_for_minutes: 10_081 }, "keep_old_for_minutes"],
    [{ keep: 5 }, "keep"],
  ] as const) {
    const { issues } = await expectError(await ask(team.teamKey, body), 400, "bad_request");
    expect(issues!.map((issue) => issue.path)).toEqual([path]);
  }
  expect(await tryKey(team.teamKey)).toBe(200);
});
