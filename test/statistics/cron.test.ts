import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { scheduled } from "../../src/cron.ts";
import { database } from "../../src/db/client.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { type Metered, metered, sum } from "../support/d1_meter.ts";
import { pushEvents, subscribe } from "../support/subscriptions.ts";
import { mintPerson, mintTeam } from "../support/team.ts";
import { mintManyTeams } from "./many_teams.ts";

const MINUTE = 60_000;
const QUARTER_OF_AN_HOUR = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;
/** A time after all marks of other suites. */
const START = Date.parse("2031-02-03T10:00:00Z");

const run = (now: number, pageSize?: number) => recountChangedDays({ db: database(env.DB), now: now }, pageSize);

/** A prefix of the measured statements: objects of other suites may run statements at the same time. */
const PREFIX = "/* a run */ ";
const prefixed = new Proxy(env.DB, {
  get(target, name) {
    if (name === "prepare") return (sql: string) => target.prepare(PREFIX + sql);
    const member = Reflect.get(target, name) as unknown;
    return typeof member === "function" ? member.bind(target) : member;
  },
});

/** Starts `times` runs at the same time, and returns all their statements. */
const meteredRun = async (now: number, times = 1): Promise<Metered[]> => {
  const runs = () =>
    Promise.all(Array.from({ length: times }, () => recountChangedDays({ db: database(prefixed), now: now })));
  return (await metered(runs)).filter(({ sql }) => sql.startsWith(PREFIX));
};

afterEach(() => {
  vi.useRealTimers();
});

test("10,000 subscriptions of 500 teams take at most 60 queries, and no write where nothing changed", async () => {
  const teams = await mintManyTeams("cron-crowd", { teams: 500, people: 20 });
  try {
    await run(START);
    await teams.addWork(START);
    await teams.addWork(START - DAY);
    const changed = await meteredRun(START + QUARTER_OF_AN_HOUR);
    expect(changed.length).toBeLessThanOrEqual(60);
    expect(await teams.snapshots()).toEqual({ "2 events, 7200000 ms": 10_000 });

    const unchanged = await meteredRun(START + 2 * QUARTER_OF_AN_HOUR);
    expect({ queries: unchanged.length, written: sum(unchanged, "rowsWritten") }).toEqual({ queries: 1, written: 0 });
  } finally {
    await teams.remove();
  }
}, 120_000);

test("When two runs start at the same time, only one does the work", async () => {
  const teams = await mintManyTeams("cron-twice", { teams: 10, people: 10 });
  try {
    await run(START);
    await teams.addWork(START);
    const once = await meteredRun(START + QUARTER_OF_AN_HOUR);
    await teams.addWork(START + 1);
    const now = START + 2 * QUARTER_OF_AN_HOUR;
    const twice = await meteredRun(now, 2);
    expect(await teams.snapshots()).toEqual({ "2 events, 3600001 ms": 100 });
    // The other run queries whether work is due, and does not get the lease.
    expect(twice.length - once.length).toBe(2);
    expect(sum(twice, "rowsWritten")).toBeLessThanOrEqual(sum(once, "rowsWritten"));
  } finally {
    await teams.remove();
  }
});

test("The next run does what a failed run has left", async () => {
  const teams = await mintManyTeams("cron-death", { teams: 5, people: 10 });
  try {
    await run(START);
    await teams.addWork(START);
    let batches = 0;
    const dying = new Proxy(env.DB, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          if (name === "batch") batches += 1;
          // From the third page on every statement fails, also the one that ends the lease.
          if (batches > 2) throw new Error("D1 is gone");
          return (member as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    await expect(recountChangedDays({ db: database(dying), now: START + QUARTER_OF_AN_HOUR }, 10)).rejects.toThrow();
    expect(await teams.snapshots()).toEqual({ "0 events, 0 ms": 30, "1 events, 3600000 ms": 20 });

    await run(START + QUARTER_OF_AN_HOUR + MINUTE);
    expect(await teams.snapshots(), "the lease of the failed run lasts until the next run").toMatchObject({
      "0 events, 0 ms": 30,
    });
    await run(START + 2 * QUARTER_OF_AN_HOUR);
    expect(await teams.snapshots()).toEqual({ "1 events, 3600000 ms": 50 });
  } finally {
    await teams.remove();
  }
});

test("A window that ended is moved by the first run after the person's midnight", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2031-03-10T09:50:00Z") });
  const team = await mintTeam();
  const person = "aroha@rollover.example";
  await mintPerson(team, { name: "Aroha", email: person, timeZone: "Pacific/Auckland" });
  await pushEvents(team, [[person, "2031-03-10T09:00:00Z"]]);
  const row = async (id: string) =>
    env.DB.prepare("SELECT total_activities AS total, start_date FROM subscriptions WHERE id = ?").bind(id).first();
  const { notification_id: id } = await subscribe(team, person, "daily");
  expect(await row(id)).toEqual({ total: 1, start_date: "2031-03-10" });
  await run(Date.parse("2031-03-10T10:45:00Z"));
  expect(await row(id)).toEqual({ total: 1, start_date: "2031-03-10" });
  // Auckland is thirteen hours ahead in summer.
  await run(Date.parse("2031-03-10T11:00:00Z"));
  expect(await row(id)).toEqual({ total: 0, start_date: "2031-03-11" });
});

test("A person without a subscription is counted once, when the day has ended in every time zone", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2031-04-07T12:00:00Z") });
  const team = await mintTeam();
  await pushEvents(team, [["ada", "2031-04-07T09:00:00Z"]]);
  const counted = async () =>
    (await env.DB.prepare("SELECT month, days FROM rollups WHERE team_id = ?").bind(team.teamId).all()).results;
  for (const time of ["2031-04-07T12:00:00Z", "2031-04-08T12:00:00Z", "2031-04-08T23:45:00Z"])
    await run(Date.parse(time));
  expect(await counted()).toEqual([]);
  await run(Date.parse("2031-04-09T00:00:00Z"));
  expect(await counted()).toEqual([{ month: "2031-04", days: '{"07":[1,1,0]}' }]);
});

test("The cron of every fifteen minutes refreshes changed snapshots", async () => {
  const now = Date.now();
  const team = await mintTeam();
  await pushEvents(team, [["ada", new Date(now - MINUTE).toISOString()]]);
  const { notification_id: id } = await subscribe(team, "ada", "yearly");
  await pushEvents(team, [["ada", new Date(now - MINUTE).toISOString()]]);
  await scheduled(createScheduledController({ cron: "*/15 * * * *", scheduledTime: now }), env);
  const row = env.DB.prepare("SELECT total_activities AS total FROM subscriptions WHERE id = ?").bind(id);
  expect(await row.first()).toEqual({ total: 2 });
});
