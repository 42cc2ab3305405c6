import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { database } from "../../src/db/client.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { TIME_WINDOWS, type TimeWindow } from "../../src/statistics/window.ts";
import { push, stopTheClock } from "../support/presence.ts";
import { pushEvents, refresh, subscribe } from "../support/subscriptions.ts";
import { mintPerson, mintTeam } from "../support/team.ts";

stopTheClock();

/** Expected events and hours of each kind of window, and the date on which it began. */
type Expected = Record<TimeWindow, [events: number, hours: number, startDate: string]>;
/** At a time in UTC: an event, a heartbeat, or a comparison with expected numbers. */
type Step = [time: string, what: "event" | "online" | "offline" | Expected];

const DAYS: Record<string, Step[]> = {
  // Summer time begins at 01:00Z: the 31st, a Sunday that ends a quarter, has 23 hours, 30 March 23:00Z to 31 March
  // 22:00Z.
  "Europe/Madrid": [
    ["2030-03-30T22:00:00Z", "online"],
    ["2030-03-30T22:59:59Z", "event"],
    ["2030-03-30T23:00:00Z", "event"],
    ["2030-03-31T04:00:00Z", "offline"],
    [
      "2030-03-31T04:00:00Z",
      {
        daily: [1, 5, "2030-03-31"],
        weekly: [2, 6, "2030-03-25"],
        monthly: [2, 6, "2030-03-01"],
        quarterly: [2, 6, "2030-01-01"],
        half_yearly: [2, 6, "2030-01-01"],
        yearly: [2, 6, "2030-01-01"],
      },
    ],
    ["2030-03-31T21:30:00Z", "online"],
    ["2030-03-31T21:59:59Z", "event"],
    ["2030-03-31T22:00:00Z", "event"],
    ["2030-03-31T22:30:00Z", "offline"],
    [
      "2030-03-31T22:30:00Z",
      {
        daily: [1, 0.5, "2030-04-01"],
        weekly: [1, 0.5, "2030-04-01"],
        monthly: [1, 0.5, "2030-04-01"],
        quarterly: [1, 0.5, "2030-04-01"],
        half_yearly: [4, 7, "2030-01-01"],
        yearly: [4, 7, "2030-01-01"],
      },
    ],
  ],
  // Summer time ends at 06:00Z: Sunday the 3rd has 25 hours, 04:00Z to 05:00Z of the next day, and 01:30 twice.
  "America/New_York": [
    ["2030-11-03T03:00:00Z", "online"],
    ["2030-11-03T03:59:59Z", "event"],
    ["2030-11-03T05:30:00Z", "event"],
    ["2030-11-03T06:30:00Z", "event"],
    ["2030-11-03T09:00:00Z", "offline"],
    [
      "2030-11-03T09:00:00Z",
      {
        daily: [2, 5, "2030-11-03"],
        weekly: [3, 6, "2030-10-28"],
        monthly: [3, 6, "2030-11-01"],
        quarterly: [3, 6, "2030-10-01"],
        half_yearly: [3, 6, "2030-07-01"],
        yearly: [3, 6, "2030-01-01"],
      },
    ],
    ["2030-11-04T04:00:00Z", "online"],
    ["2030-11-04T04:59:59Z", "event"],
    ["2030-11-04T05:00:00Z", "event"],
    ["2030-11-04T06:00:00Z", "offline"],
    [
      "2030-11-04T06:00:00Z",
      {
        daily: [1, 1, "2030-11-04"],
        weekly: [1, 1, "2030-11-04"],
        monthly: [5, 8, "2030-11-01"],
        quarterly: [5, 8, "2030-10-01"],
        half_yearly: [5, 8, "2030-07-01"],
        yearly: [5, 8, "2030-01-01"],
      },
    ],
  ],
  // Clocks go back by half an hour at 15:00Z of the 6th: Sunday the 7th has 24 and a half, 13:00Z to 13:30Z.
  "Australia/Lord_Howe": [
    ["2030-04-06T12:00:00Z", "online"],
    ["2030-04-06T12:59:59Z", "event"],
    ["2030-04-06T14:45:00Z", "event"],
    ["2030-04-06T15:15:00Z", "event"],
    ["2030-04-06T17:00:00Z", "offline"],
    [
      "2030-04-06T17:00:00Z",
      {
        daily: [2, 4, "2030-04-07"],
        weekly: [3, 5, "2030-04-01"],
        monthly: [3, 5, "2030-04-01"],
        quarterly: [3, 5, "2030-04-01"],
        half_yearly: [3, 5, "2030-01-01"],
        yearly: [3, 5, "2030-01-01"],
      },
    ],
    ["2030-04-07T13:00:00Z", "online"],
    ["2030-04-07T13:29:59Z", "event"],
    ["2030-04-07T13:30:00Z", "event"],
    ["2030-04-07T14:00:00Z", "offline"],
    [
      "2030-04-07T14:00:00Z",
      {
        daily: [1, 0.5, "2030-04-08"],
        weekly: [1, 0.5, "2030-04-08"],
        monthly: [5, 6, "2030-04-01"],
        quarterly: [5, 6, "2030-04-01"],
        half_yearly: [5, 6, "2030-01-01"],
        yearly: [5, 6, "2030-01-01"],
      },
    ],
  ],
  // This zone has no daylight saving time: the first half of the year ends on Sunday, 30 June, at 18:15Z.
  "Asia/Kathmandu": [
    ["2030-06-30T17:15:00Z", "online"],
    ["2030-06-30T17:15:00Z", "event"],
    ["2030-06-30T18:00:00Z", "online"],
    [
      "2030-06-30T18:14:59Z",
      {
        daily: [1, 0.75, "2030-06-30"],
        weekly: [1, 0.75, "2030-06-24"],
        monthly: [1, 0.75, "2030-06-01"],
        quarterly: [1, 0.75, "2030-04-01"],
        half_yearly: [1, 0.75, "2030-01-01"],
        yearly: [1, 0.75, "2030-01-01"],
      },
    ],
    ["2030-06-30T18:14:59Z", "event"],
    ["2030-06-30T18:15:00Z", "event"],
    ["2030-06-30T20:15:00Z", "offline"],
    [
      "2030-06-30T20:15:00Z",
      {
        daily: [1, 2, "2030-07-01"],
        weekly: [1, 2, "2030-07-01"],
        monthly: [1, 2, "2030-07-01"],
        quarterly: [1, 2, "2030-07-01"],
        half_yearly: [1, 2, "2030-07-01"],
        yearly: [3, 3, "2030-01-01"],
      },
    ],
  ],
  // This zone skipped a date: Thursday the 29th ended at 10:00Z of the 30th, and Saturday the 31st began. Heartbeats
  // cannot be of the past, so there are only events.
  "Pacific/Apia": [
    ["2011-12-30T09:59:59Z", "event"],
    [
      "2011-12-30T09:59:59Z",
      {
        daily: [1, 0, "2011-12-29"],
        weekly: [1, 0, "2011-12-26"],
        monthly: [1, 0, "2011-12-01"],
        quarterly: [1, 0, "2011-10-01"],
        half_yearly: [1, 0, "2011-07-01"],
        yearly: [1, 0, "2011-01-01"],
      },
    ],
    ["2011-12-30T10:00:00Z", "event"],
    [
      "2011-12-30T10:00:00Z",
      {
        daily: [1, 0, "2011-12-31"],
        weekly: [2, 0, "2011-12-26"],
        monthly: [2, 0, "2011-12-01"],
        quarterly: [2, 0, "2011-10-01"],
        half_yearly: [2, 0, "2011-07-01"],
        yearly: [2, 0, "2011-01-01"],
      },
    ],
    ["2011-12-31T10:00:00Z", "event"],
    [
      "2011-12-31T10:00:00Z",
      {
        daily: [1, 0, "2012-01-01"],
        weekly: [3, 0, "2011-12-26"],
        monthly: [1, 0, "2012-01-01"],
        quarterly: [1, 0, "2012-01-01"],
        half_yearly: [1, 0, "2012-01-01"],
        yearly: [1, 0, "2012-01-01"],
      },
    ],
  ],
};

const IDENTIFIER = "ada@golden.example";

/** Runs the steps of a time zone; `read` reads the numbers of each subscription for the comparisons. */
async function runSteps(zone: string, read: (ids: Record<TimeWindow, string>) => Promise<unknown>): Promise<void> {
  const steps = DAYS[zone]!;
  vi.setSystemTime(steps[0]![0]);
  const team = await mintTeam({ timeoutMinutes: 720 });
  const person = await mintPerson(team, { name: "Ada", email: IDENTIFIER, timeZone: zone });
  const made = TIME_WINDOWS.map(async (kind) => [kind, (await subscribe(team, person, kind)).notification_id]);
  const ids = Object.fromEntries(await Promise.all(made)) as Record<TimeWindow, string>;
  for (const [time, what] of steps) {
    vi.setSystemTime(time);
    if (what === "event") await pushEvents(team, [[IDENTIFIER, time]]);
    else if (typeof what === "string") await push(team, { [IDENTIFIER]: what });
    else expect(await read(ids), time).toEqual(what);
  }
  const { results } = await env.DB.prepare("SELECT time_zone AS zone FROM subscriptions WHERE team_id = ?")
    .bind(team.teamId)
    .all();
  expect(new Set(results.map((row) => row.zone))).toEqual(new Set([zone]));
  async function refreshed(id: string) {
    const { snapshot, window } = await refresh(team, id);
    return [snapshot.total_activities, snapshot.hours_logged, window.start_date];
  }
  // At the end, the API refreshes the numbers once more.
  const last = Object.entries(ids).map(async ([kind, id]) => [kind, await refreshed(id)]);
  expect(Object.fromEntries(await Promise.all(last))).toEqual(steps.at(-1)![1]);
}

const row = env.DB.prepare(
  "SELECT total_activities AS events, work_ms / 3600000.0 AS hours, start_date AS start FROM subscriptions WHERE id = ?",
);

test.each(Object.keys(DAYS))("Cron finds the right numbers for the days in %s around the change of clocks", (zone) =>
  runSteps(zone, async (ids) => {
    // The object writes blocks to D1 when they open and end. Only in Kathmandu, a comparison needs a checkpoint.
    await checkpoint(ids.daily);
    await recountChangedDays({ db: database(env.DB), now: Date.now() });
    const found = Object.entries(ids).map(async ([kind, id]) => {
      const { events, hours, start } = (await row.bind(id).first<Record<string, never>>())!;
      return [kind, [events, hours, start]];
    });
    return Object.fromEntries(await Promise.all(found));
  }),
);

/** Makes the team's object write the last heartbeats to D1, as at a checkpoint. */
async function checkpoint(id: string): Promise<void> {
  const team = (await env.DB.prepare("SELECT team_id AS id, person_id AS person FROM subscriptions WHERE id = ?")
    .bind(id)
    .first<{ id: string; person: string }>())!;
  await env.TEAM_PRESENCE.getByName(team.id).flush(0, team.person);
}
