import {
  createScheduledController,
  evictDurableObject,
  listDurableObjectIds,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import worker from "../src/index.ts";
import { batchOfRun } from "../src/presence/job.ts";
import { call, mintTeam, type Team } from "./support/team.ts";

const DAY_MS = 86_400_000;

const objectOf = (team: Team) => env.TEAM_PRESENCE.getByName(team.teamId);

/** Calls the scheduled handler, as the platform does. Fulfilled when its work is done. */
const cron = (expression = "*/5 * * * *") =>
  worker.scheduled(createScheduledController({ cron: expression, scheduledTime: Date.now() }), env);

/** Lists the statuses of a team's blocks in D1. */
async function statuses(team: Team): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT status FROM blocks WHERE team_id = ? ORDER BY status")
    .bind(team.teamId)
    .all();
  return results.map(({ status }) => status);
}

async function beat(team: Team, status: string): Promise<void> {
  const users = [{ personIdentifier: "ada", status }];
  const body = { timestamp: new Date().toISOString(), source: "test", users };
  expect((await call("/api/v1/presence", { headers: team.asIntegration, body })).status).toBe(200);
}

/** Checks that the use of the key was recorded, which happens after the answer. */
async function expectUseRecorded(team: Team): Promise<void> {
  const integration = await env.DB.prepare("SELECT last_used_at FROM integrations WHERE team_id = ?")
    .bind(team.teamId)
    .first();
  expect(integration).toEqual({ last_used_at: expect.any(Number) });
}

const lastUsed = (team: Team, at: number) =>
  env.DB.prepare("UPDATE integrations SET last_used_at = ? WHERE team_id = ?").bind(at, team.teamId).run();

/**
 * Removes the alarms of teams that have a block to send to D1. The table is renamed during this, so that the alarm
 * cannot send the block first.
 */
async function loseAlarmWithWork(...teams: Team[]): Promise<void> {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  await env.DB.exec("ALTER TABLE blocks RENAME TO blocks_away");
  for (const team of teams) {
    await beat(team, "coding");
    await vi.waitFor(() => expectUseRecorded(team));
    await vi.waitFor(() => loseAlarm(team), { timeout: 10_000, interval: 20 });
  }
  await env.DB.exec("ALTER TABLE blocks_away RENAME TO blocks");
}

/** Removes a team's alarm. Fails while the alarm runs (it is then set to a minute ahead) or is about to ring. */
const loseAlarm = (team: Team) =>
  runInDurableObject(objectOf(team), async (_, { storage }) => {
    const wait = ((await storage.getAlarm()) ?? 0) - Date.now();
    expect(wait).toBeGreaterThan(300);
    expect(wait).toBeLessThan(40_000);
    await storage.deleteAlarm();
  });

const alarmOf = (team: Team) => runInDurableObject(objectOf(team), (_, { storage }) => storage.getAlarm());

afterEach(() => {
  vi.restoreAllMocks();
});

describe("every five minutes", () => {
  test("Cron wakes the objects whose alarm was lost, and they set it again", async () => {
    const team = await mintTeam();
    await loseAlarmWithWork(team);
    expect([await statuses(team), await alarmOf(team)]).toEqual([[], null]);
    await cron();
    expect(await statuses(team)).toEqual(["coding"]);
    expect(await alarmOf(team)).toBeGreaterThan(Date.now());
  });

  test("Cron wakes an object that was evicted from memory", async () => {
    const team = await mintTeam();
    await loseAlarmWithWork(team);
    await evictDurableObject(objectOf(team));
    await cron();
    expect(await statuses(team)).toEqual(["coding"]);
  });

  test("Cron does not call teams without a heartbeat in the last day", async () => {
    const [team, silent, never] = [await mintTeam(), await mintTeam(), await mintTeam()];
    await loseAlarmWithWork(team, silent);
    await lastUsed(silent, Date.now() - DAY_MS - 1_000);
    await cron();
    expect([await statuses(team), await statuses(silent)]).toEqual([["coding"], []]);
    // An object is created by its first call. This one was never called.
    const objects = (await listDurableObjectIds(env.TEAM_PRESENCE)).map(String);
    expect(objects).toContain(String(objectOf(team).id));
    expect(objects).not.toContain(String(objectOf(never).id));
    await lastUsed(silent, Date.now() - DAY_MS + 60_000);
    await cron();
    expect(await statuses(silent)).toEqual(["coding"]);
  });

  test("Cron continues with the other teams when the object of one team fails", async () => {
    const teams = [];
    for (let i = 0; i < 8; i++) teams.push(await mintTeam());
    await loseAlarmWithWork(...teams);
    const [broken, ...sound] = teams.toSorted((a, b) => (a.teamId < b.teamId ? -1 : 1)) as [Team, ...Team[]];
    const damage = (value: string) =>
      runInDurableObject(objectOf(broken), async (_, { storage }) => {
        storage.sql.exec("UPDATE streams SET value = ?", value);
      });
    await damage("no JSON");
    await evictDurableObject(objectOf(broken));
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    await cron();
    expect(complaint).toHaveBeenCalledExactlyOnceWith(expect.any(String), broken.teamId, expect.any(Error));
    expect(await Promise.all(sound.map(statuses))).toEqual(sound.map(() => ["coding"]));
    expect(await statuses(broken)).toEqual([]);
  });
});

test("A cron expression without a job fails", async () => {
  await expect(cron("0 0 * * *")).rejects.toThrow("0 0 * * *");
});

describe("the teams of one run", () => {
  const teams = Array.from({ length: 25 }, (_, n) => n);

  test("One run takes all teams when they fit", () => {
    for (const run of [0, 1, 7]) expect(batchOfRun(teams, run, 25)).toEqual(teams);
    expect(batchOfRun([], 3)).toEqual([]);
  });

  test("Consecutive runs take each team once, and any run can be the first", () => {
    for (const first of [0, 1, 5_874_120]) {
      const runs = [first, first + 1, first + 2].map((run) => batchOfRun(teams, run, 10));
      expect(runs.flat().sort((a, b) => a - b)).toEqual(teams);
      expect(runs.map((part) => part.length).sort()).toEqual([10, 10, 5].sort());
    }
  });

  test("One run never takes more teams than it may call", () => {
    expect(batchOfRun(Array.from({ length: 5_000 }), 1).length).toBeLessThan(1_000);
  });
});
