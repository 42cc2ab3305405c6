import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createMorningReports } from "../../../src/checkins/reports/job.ts";
import worker from "../../../src/index.ts";
import { db, insertTeamAbsences, mintTeamOf, storedReports } from "../../support/reports.ts";
import { without } from "../../support/without.ts";

/** The teams of earlier tests get no more reports. */
beforeEach(async () => {
  await env.DB.exec("UPDATE accounts SET onboarded_at = NULL");
});

afterEach(async () => {
  vi.restoreAllMocks();
});

const runJob = (time: string, pageSize?: number) => createMorningReports({ db, now: Date.parse(time) }, pageSize);
const dates = async (team: Parameters<typeof storedReports>[0]) => (await storedReports(team)).map(({ date }) => date);

describe("the morning run", () => {
  test.each([
    { zone: "UTC", before: "2018-02-05T05:59:59Z", after: "2018-02-05T06:00:00Z", date: "2018-02-05" },
    { zone: "America/Los_Angeles", before: "2018-02-05T13:59:59Z", after: "2018-02-05T14:00:00Z", date: "2018-02-05" },
    { zone: "Pacific/Kiritimati", before: "2018-02-04T15:59:59Z", after: "2018-02-04T16:00:00Z", date: "2018-02-05" },
    { zone: "Pacific/Apia", before: "2018-02-04T15:59:59Z", after: "2018-02-04T16:00:00Z", date: "2018-02-05" },
    { zone: "Asia/Kolkata", before: "2018-02-05T00:29:59Z", after: "2018-02-05T00:30:00Z", date: "2018-02-05" },
    // The Monday after the clocks changed.
    { zone: "America/New_York", before: "2026-03-09T09:59:59Z", after: "2026-03-09T10:00:00Z", date: "2026-03-09" },
    { zone: "America/New_York", before: "2026-11-02T10:59:59Z", after: "2026-11-02T11:00:00Z", date: "2026-11-02" },
  ])("The report of a team in $zone is created at 06:00 local time: $after", async ({ zone, before, after, date }) => {
    const team = await mintTeamOf({ timeZone: zone });
    await runJob(before);
    expect(await dates(team)).toEqual([]);
    await runJob(after);
    expect(await storedReports(team)).toMatchObject([{ date, names: "Emma Garrett, Hugh Oliver" }]);
  });

  test("A report is created once, also by a run later in the day", async () => {
    const team = await mintTeamOf();
    await runJob("2018-02-05T23:55:00Z");
    await runJob("2018-02-05T23:59:00Z");
    expect(await dates(team)).toEqual(["2018-02-05"]);
    await runJob("2018-02-06T05:55:00Z");
    expect(await dates(team)).toEqual(["2018-02-05"]);
    await runJob("2018-02-06T06:00:00Z");
    expect(await dates(team)).toEqual(["2018-02-05", "2018-02-06"]);
  });

  test("No report is created for days off, team absences, or accounts whose set-up is not finished", async () => {
    const [usual, sixDays, sundays, away, unfinished] = [
      await mintTeamOf(),
      await mintTeamOf({ workDays: [1, 2, 3, 4, 5, 6] }),
      await mintTeamOf({ workDays: [7, 1, 2, 3, 4] }),
      await mintTeamOf({ workDays: [1, 2, 3, 4, 5, 6, 7] }),
      await mintTeamOf({ workDays: [1, 2, 3, 4, 5, 6, 7], onboarded: false }),
    ];
    await insertTeamAbsences(away, "2018-02-03", "2018-02-04");
    for (const day of ["02", "03", "04", "05"]) await runJob(`2018-02-${day}T12:00:00Z`);
    expect(await dates(usual)).toEqual(["2018-02-02", "2018-02-05"]);
    expect(await dates(sixDays)).toEqual(["2018-02-02", "2018-02-03", "2018-02-05"]);
    expect(await dates(sundays)).toEqual(["2018-02-04", "2018-02-05"]);
    expect(await dates(away)).toEqual(["2018-02-02", "2018-02-05"]);
    expect((await storedReports(away)).map((report) => report.previous_date)).toEqual(["2018-02-01", "2018-02-02"]);
    expect(await dates(unfinished)).toEqual([]);
  });

  test("Each report has its team's questions and its team's previous work day", async () => {
    const questions = { previous: "And {previous_day}?" };
    const [usual, own] = [await mintTeamOf(), await mintTeamOf({ questions })];
    await insertTeamAbsences(own, "2018-02-01", "2018-02-02");
    await runJob("2018-02-05T12:00:00Z");
    const asked = async ({ teamId }: { teamId: string }) => {
      const row = await env.DB.prepare("SELECT questions ->> 'previous' AS q FROM reports WHERE team_id = ?").bind(
        teamId,
      );
      return (await row.first<{ q: string }>())!.q;
    };
    expect(await asked(usual)).toBe("What did you accomplish Friday?");
    expect(await asked(own)).toBe("And Wednesday?");
  });

  test("More teams than fit one batch all get their reports", async () => {
    const teams = [];
    for (let i = 0; i < 7; i++) teams.push(await mintTeamOf({ timeZone: i % 2 ? "UTC" : "Europe/London" }));
    expect(await runJob("2018-02-05T12:00:00Z", 3)).toBe(0);
    expect(await Promise.all(teams.map(dates))).toEqual(teams.map(() => ["2018-02-05"]));
  });

  test("A run takes as many queries for fifty teams as for two", async () => {
    const counted = async (teams: number) => {
      await env.DB.exec("UPDATE accounts SET onboarded_at = NULL");
      for (let i = 0; i < teams; i++) await mintTeamOf({ names: ["Emma"] });
      const prepare = vi.spyOn(env.DB, "prepare");
      await runJob("2018-02-05T12:00:00Z");
      const calls = prepare.mock.calls.length;
      prepare.mockRestore();
      return calls;
    };
    const few = await counted(2);
    expect(await counted(50)).toBe(few);
    expect(few).toBe(4);
  });
});

describe("a failure", () => {
  const cron = (time: string) =>
    worker.scheduled(createScheduledController({ cron: "*/5 * * * *", scheduledTime: new Date(time) }), env);

  test("The reports are created when another job of the same cron fails, and the run is reported as failed", async () => {
    const team = await mintTeamOf();
    // The job that wakes objects reads this table.
    await without("integrations", () => expect(cron("2018-02-05T12:00:00Z")).rejects.toThrow(AggregateError));
    expect(await dates(team)).toEqual(["2018-02-05"]);
  });

  test.each([
    ["work_days", "[1,"],
    ["work_days", "1"],
    ["questions", "{"],
    ["questions", '{"next":5}'],
  ])("A team with the invalid %s %j does not stop the reports of other teams", async (column, value) => {
    const teams = [];
    for (let n = 0; n < 5; n++) teams.push(await mintTeamOf());
    const bad = teams.toSorted((a, b) => (a.teamId < b.teamId ? -1 : 1))[2]!;
    await env.DB.prepare(`UPDATE teams SET ${column} = ? WHERE id = ?`).bind(value, bad.teamId).run();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await runJob("2018-02-05T12:00:00Z", 2)).toBe(1);
    expect(logged).toHaveBeenCalledOnce();
    expect(logged.mock.calls[0]).toContain(bad.teamId);
    expect(await Promise.all(teams.map(dates))).toEqual(teams.map((team) => (team === bad ? [] : ["2018-02-05"])));
  });

  test("The next run creates the reports of a run that could write nothing", async () => {
    const team = await mintTeamOf();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    await without("checkins", async () => expect(await runJob("2018-02-05T12:00:00Z")).toBe(1));
    expect(logged).toHaveBeenCalledOnce();
    expect(await dates(team)).toEqual([]);
    await cron("2018-02-05T12:05:00Z");
    expect(await storedReports(team)).toMatchObject([{ date: "2018-02-05", names: "Emma Garrett, Hugh Oliver" }]);
  });
});
