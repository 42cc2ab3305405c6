import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createMorningReports } from "../../../src/checkins/reports/job.ts";
import worker from "../../../src/index.ts";
import { db, mintTeamOf, stored, takeOff } from "../../support/reports.ts";
import { without } from "../../support/without.ts";

/** Teams of the tests before are not to be made reports for. */
beforeEach(async () => {
  await env.DB.exec("UPDATE accounts SET onboarded_at = NULL");
});

afterEach(async () => {
  vi.restoreAllMocks();
});

const morning = (time: string, pageSize?: number) => createMorningReports({ db, now: Date.parse(time) }, pageSize);
const dates = async (team: Parameters<typeof stored>[0]) => (await stored(team)).map(({ date }) => date);

describe("in the morning", () => {
  test.each([
    { zone: "UTC", before: "2018-02-05T05:59:59Z", after: "2018-02-05T06:00:00Z", date: "2018-02-05" },
    { zone: "America/Los_Angeles", before: "2018-02-05T13:59:59Z", after: "2018-02-05T14:00:00Z", date: "2018-02-05" },
    { zone: "Pacific/Kiritimati", before: "2018-02-04T15:59:59Z", after: "2018-02-04T16:00:00Z", date: "2018-02-05" },
    { zone: "Pacific/Apia", before: "2018-02-04T15:59:59Z", after: "2018-02-04T16:00:00Z", date: "2018-02-05" },
    { zone: "Asia/Kolkata", before: "2018-02-05T00:29:59Z", after: "2018-02-05T00:30:00Z", date: "2018-02-05" },
    // The Monday after the clocks changed.
    { zone: "America/New_York", before: "2026-03-09T09:59:59Z", after: "2026-03-09T10:00:00Z", date: "2026-03-09" },
    { zone: "America/New_York", before: "2026-11-02T10:59:59Z", after: "2026-11-02T11:00:00Z", date: "2026-11-02" },
  ])("of a team in $zone, at six, its report is made: $after", async ({ zone, before, after, date }) => {
    const team = await mintTeamOf({ timeZone: zone });
    await morning(before);
    expect(await dates(team)).toEqual([]);
    await morning(after);
    expect(await stored(team)).toMatchObject([{ date, names: "Emma Garrett, Hugh Oliver" }]);
  });

  test("a report is made once, and what was missed is made up for later in the day", async () => {
    const team = await mintTeamOf();
    await morning("2018-02-05T23:55:00Z");
    await morning("2018-02-05T23:59:00Z");
    expect(await dates(team)).toEqual(["2018-02-05"]);
    await morning("2018-02-06T05:55:00Z");
    expect(await dates(team)).toEqual(["2018-02-05"]);
    await morning("2018-02-06T06:00:00Z");
    expect(await dates(team)).toEqual(["2018-02-05", "2018-02-06"]);
  });

  test("no report is made for days off, absences, and accounts whose set-up is unfinished", async () => {
    const [usual, sixDays, sundays, away, unfinished] = [
      await mintTeamOf(),
      await mintTeamOf({ workDays: [1, 2, 3, 4, 5, 6] }),
      await mintTeamOf({ workDays: [7, 1, 2, 3, 4] }),
      await mintTeamOf({ workDays: [1, 2, 3, 4, 5, 6, 7] }),
      await mintTeamOf({ workDays: [1, 2, 3, 4, 5, 6, 7], onboarded: false }),
    ];
    await takeOff(away, "2018-02-03", "2018-02-04");
    for (const day of ["02", "03", "04", "05"]) await morning(`2018-02-${day}T12:00:00Z`);
    expect(await dates(usual)).toEqual(["2018-02-02", "2018-02-05"]);
    expect(await dates(sixDays)).toEqual(["2018-02-02", "2018-02-03", "2018-02-05"]);
    expect(await dates(sundays)).toEqual(["2018-02-04", "2018-02-05"]);
    expect(await dates(away)).toEqual(["2018-02-02", "2018-02-05"]);
    expect((await stored(away)).map((report) => report.previous_date)).toEqual(["2018-02-01", "2018-02-02"]);
    expect(await dates(unfinished)).toEqual([]);
  });

  test("reports ask in each team's own words, of its own previous day", async () => {
    const questions = { previous: "And {previous_day}?" };
    const [usual, own] = [await mintTeamOf(), await mintTeamOf({ questions })];
    await takeOff(own, "2018-02-01", "2018-02-02");
    await morning("2018-02-05T12:00:00Z");
    const asked = async ({ teamId }: { teamId: string }) => {
      const row = await env.DB.prepare("SELECT questions ->> 'previous' AS q FROM reports WHERE team_id = ?").bind(
        teamId,
      );
      return (await row.first<{ q: string }>())!.q;
    };
    expect(await asked(usual)).toBe("What did you accomplish Friday?");
    expect(await asked(own)).toBe("And Wednesday?");
  });

  test("more teams than fit a page all get theirs", async () => {
    const teams = [];
    for (let i = 0; i < 7; i++) teams.push(await mintTeamOf({ timeZone: i % 2 ? "UTC" : "Europe/London" }));
    expect(await morning("2018-02-05T12:00:00Z", 3)).toBe(0);
    expect(await Promise.all(teams.map(dates))).toEqual(teams.map(() => ["2018-02-05"]));
  });

  test("takes as many queries for fifty teams as for two", async () => {
    const counted = async (teams: number) => {
      await env.DB.exec("UPDATE accounts SET onboarded_at = NULL");
      for (let i = 0; i < teams; i++) await mintTeamOf({ names: ["Emma"] });
      const prepare = vi.spyOn(env.DB, "prepare");
      await morning("2018-02-05T12:00:00Z");
      const calls = prepare.mock.calls.length;
      prepare.mockRestore();
      return calls;
    };
    const few = await counted(2);
    expect(await counted(50)).toBe(few);
    expect(few).toBe(4);
  });
});

describe("where something fails", () => {
  const cron = (time: string) =>
    worker.scheduled(createScheduledController({ cron: "*/5 * * * *", scheduledTime: new Date(time) }), env);

  test("the reports are made though presence cannot be woken, and the run is reported as failed", async () => {
    const team = await mintTeamOf();
    // Where the teams that were heard are read from.
    await without("integrations", () => expect(cron("2018-02-05T12:00:00Z")).rejects.toThrow(AggregateError));
    expect(await dates(team)).toEqual(["2018-02-05"]);
  });

  test.each([
    ["work_days", "[1,"],
    ["work_days", "1"],
    ["questions", "{"],
    ["questions", '{"next":5}'],
  ])("a team whose %s are %j does not keep others from their reports", async (column, value) => {
    const teams = [];
    for (let n = 0; n < 5; n++) teams.push(await mintTeamOf());
    const bad = teams.toSorted((a, b) => (a.teamId < b.teamId ? -1 : 1))[2]!;
    await env.DB.prepare(`UPDATE teams SET ${column} = ? WHERE id = ?`).bind(value, bad.teamId).run();
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await morning("2018-02-05T12:00:00Z", 2)).toBe(1);
    expect(complaint).toHaveBeenCalledOnce();
    expect(complaint.mock.calls[0]).toContain(bad.teamId);
    expect(await Promise.all(teams.map(dates))).toEqual(teams.map((team) => (team === bad ? [] : ["2018-02-05"])));
  });

  test("a run that could write nothing is made up for by the next", async () => {
    const team = await mintTeamOf();
    const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
    await without("checkins", async () => expect(await morning("2018-02-05T12:00:00Z")).toBe(1));
    expect(complaint).toHaveBeenCalledOnce();
    expect(await dates(team)).toEqual([]);
    await cron("2018-02-05T12:05:00Z");
    expect(await stored(team)).toMatchObject([{ date: "2018-02-05", names: "Emma Garrett, Hugh Oliver" }]);
  });
});
