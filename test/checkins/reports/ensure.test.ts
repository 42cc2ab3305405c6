import { env } from "cloudflare:workers";
import { afterAll, describe, expect, test, vi } from "vitest";
import { createReports } from "../../../src/checkins/reports/lifecycle_store.ts";
import { ensureReport } from "../../../src/checkins/reports/service.ts";
import { clockAt, get, putAnswers, run, status, statuses } from "../../support/checkins.ts";
import { db, insertTeamAbsences, mintTeamOf, report, reports, storedReports } from "../../support/reports.ts";
import { call } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

describe("the first request of a work day", () => {
  test("The first request creates the day's report with a pending check-in for every active member", async () => {
    clockAt("2018-02-05T15:00:00Z");
    const team = await mintTeamOf({ names: ["Emma", "Hugh", "Watcher", "Leaver", "Merged"] });
    const [, hugh, watcher, leaver, merged] = team.people;
    await run("UPDATE members SET role = 'observer' WHERE person_id = ?", watcher);
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", leaver);
    await run("UPDATE people SET merged_into = ? WHERE id = ?", hugh, merged);
    expect((await reports(team)).map(({ date }) => date)).toEqual(["2018-02-05"]);
    expect(await storedReports(team)).toEqual([
      { date: "2018-02-05", previous_date: "2018-02-02", names: "Emma, Hugh" },
    ]);
    expect((await report(team, "2018-02-05")).metrics).toEqual({
      updated_at: "2018-02-05 15:00:00",
      blocked_count: 0,
      participation_count: 0,
      absent_statuses_count: 0,
      present_statuses_count: 2,
      previous_completed_count: 0,
    });
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    const ids = (await statuses(team)).map(({ id }) => id);
    expect(ids).toEqual([expect.stringMatching(uuid), expect.stringMatching(uuid)]);
  });

  test.each(["/reports", "/reports/2018-02-05", "/statuses", "/statuses/2018-02-05-emma", "/tags", "/tags/any"])(
    "GET %s creates the day's report",
    async (path) => {
      clockAt("2018-02-05T15:00:00Z");
      const team = await mintTeamOf({ names: ["Emma"] });
      await get(team, path);
      expect(await storedReports(team)).toMatchObject([{ date: "2018-02-05", names: "Emma" }]);
    },
  );

  test("An answer to a check-in creates the day's report", async () => {
    clockAt("2018-02-05T15:00:00Z");
    const team = await mintTeamOf({ names: ["Emma"] });
    expect((await putAnswers(team, "2018-02-05-emma", { next: "Go" })).status).toBe(200);
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({ participation_count: 1 });
  });

  test("Fifty first requests at once create one report", async () => {
    clockAt("2018-02-05T15:00:00Z");
    const names = Array.from({ length: 30 }, (_, n) => `Member ${n}`);
    const team = await mintTeamOf({ names });
    const paths = ["/reports", "/statuses", "/tags", "/reports/2018-02-05", "/statuses/2018-02-05-member-7"];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => get(team, paths[n % paths.length]!)));
    expect(await storedReports(team)).toEqual([
      { date: "2018-02-05", previous_date: "2018-02-02", names: names.toSorted().join(", ") },
    ]);
    const lists = answers.filter((_, n) => n % paths.length === 0) as { reports: { id: string }[] }[];
    const { id } = await report(team, "2018-02-05");
    for (const { reports } of lists) {
      expect(reports).toMatchObject([
        { id, metrics: { present_statuses_count: 30, updated_at: "2018-02-05 15:00:00" } },
      ]);
    }
  });

  test("Fifty calls that find no report at the same time create one report", async () => {
    const team = await mintTeamOf();
    const actor = { teamId: team.teamId, team: { timeZone: "UTC", workDays: [1], questions: {} } };
    const now = Date.parse("2018-02-05T10:00:00Z");
    const batches = vi.spyOn(env.DB, "batch");
    const calls = Array.from({ length: 50 }, () => ensureReport({ db, actor, now }));
    expect(await Promise.all(calls)).toEqual(calls.map(() => true));
    expect(batches).toHaveBeenCalledTimes(50);
    batches.mockRestore();
    expect(await storedReports(team)).toMatchObject([{ date: "2018-02-05", names: "Emma Garrett, Hugh Oliver" }]);
  });

  test("A call that finds the report created by another adds no check-ins", async () => {
    const team = await mintTeamOf({ names: ["Emma", "Hugh"] });
    const questions = { next: "", blockers: "", previous: "", previous_completed: "" };
    const plan = { teamId: team.teamId, date: "2018-02-05", previousDate: "2018-02-02", questions };
    await createReports(db, [plan], 1);
    await run("DELETE FROM checkins WHERE person_id = ?", team.people[1]);
    await createReports(db, [plan], 2);
    expect(await storedReports(team)).toMatchObject([{ date: "2018-02-05", names: "Emma" }]);
  });

  test("No report is created if a team absence was added in the meantime", async () => {
    const team = await mintTeamOf();
    await insertTeamAbsences(team, "2018-02-05");
    const questions = { next: "", blockers: "", previous: "", previous_completed: "" };
    await createReports(db, [{ teamId: team.teamId, date: "2018-02-05", previousDate: "2018-02-02", questions }], 1);
    expect(await storedReports(team)).toEqual([]);
  });

  test("A request without a key of the team creates no report", async () => {
    clockAt("2018-02-05T15:00:00Z");
    const [team, other] = [await mintTeamOf(), await mintTeamOf()];
    const headers = { ...team.asTeam, "X-API-KEY": other.teamKey };
    expect((await call("/api/v1/reports", { headers })).status).toBe(401);
    await reports(other);
    expect(await storedReports(team)).toEqual([]);
    expect(await storedReports(other)).toHaveLength(1);
  });
});

describe("the day of a request", () => {
  const at = (time: string, zone: string, workDays = [1, 2, 3, 4, 5]) => ({ time, zone, workDays });
  test.each([
    // 2018-02-05 is a Monday. On the days with null no report is created.
    { ...at("2018-02-05T10:00:00Z", "UTC"), created: "2018-02-05" },
    { ...at("2018-02-03T10:00:00Z", "UTC"), created: null },
    { ...at("2018-02-04T10:00:00Z", "UTC"), created: null },
    { ...at("2018-02-03T10:00:00Z", "UTC", [1, 2, 3, 4, 5, 6]), created: "2018-02-03" },
    { ...at("2018-02-04T10:00:00Z", "UTC", [7, 1, 2, 3, 4]), created: "2018-02-04" },
    { ...at("2018-02-02T10:00:00Z", "UTC", [7, 1, 2, 3, 4]), created: null },
    { ...at("2018-02-05T10:00:00Z", "UTC", []), created: null },
    // Zones where it is Monday before UTC, or still Sunday after it.
    { ...at("2018-02-05T07:59:59Z", "America/Los_Angeles"), created: null },
    { ...at("2018-02-05T08:00:00Z", "America/Los_Angeles"), created: "2018-02-05" },
    { ...at("2018-02-04T09:59:59Z", "Pacific/Kiritimati"), created: null },
    { ...at("2018-02-04T10:00:00Z", "Pacific/Kiritimati"), created: "2018-02-05" },
    { ...at("2018-02-09T09:59:59Z", "Pacific/Kiritimati"), created: "2018-02-09" },
    { ...at("2018-02-09T10:00:00Z", "Pacific/Kiritimati"), created: null },
    { ...at("2018-02-04T09:59:59Z", "Pacific/Apia"), created: null },
    { ...at("2018-02-04T10:00:00Z", "Pacific/Apia"), created: "2018-02-05" },
    { ...at("2018-02-05T10:59:59Z", "Pacific/Pago_Pago"), created: null },
    { ...at("2018-02-05T11:00:00Z", "Pacific/Pago_Pago"), created: "2018-02-05" },
    // Days of 23 and 25 hours, and midnights that do not exist.
    { ...at("2026-03-08T06:59:59Z", "America/New_York", [7]), created: "2026-03-08" },
    { ...at("2026-03-09T03:59:59Z", "America/New_York", [7]), created: "2026-03-08" },
    { ...at("2026-03-09T04:00:00Z", "America/New_York", [7]), created: null },
    { ...at("2026-11-02T04:59:59Z", "America/New_York", [7]), created: "2026-11-01" },
    { ...at("2026-11-02T05:00:00Z", "America/New_York"), created: "2026-11-02" },
    { ...at("2018-11-04T02:59:59Z", "America/Sao_Paulo", [6]), created: "2018-11-03" },
    { ...at("2018-11-04T03:00:00Z", "America/Sao_Paulo", [7]), created: "2018-11-04" },
    // Samoa had no 2011-12-30: after Thursday came Saturday.
    { ...at("2011-12-30T09:59:59Z", "Pacific/Apia"), created: "2011-12-29" },
    { ...at("2011-12-30T10:00:00Z", "Pacific/Apia"), created: null },
    { ...at("2012-01-01T10:00:00Z", "Pacific/Apia"), created: "2012-01-02" },
  ])(
    "A request at $time in $zone, with the work days $workDays, creates the report of: $created",
    async ({ time, zone, workDays, created }) => {
      const team = await mintTeamOf({ timeZone: zone, workDays, names: ["Emma"] });
      const actor = { teamId: team.teamId, team: { timeZone: zone, workDays, questions: {} } };
      expect(await ensureReport({ db, actor, now: Date.parse(time) })).toBe(created !== null);
      expect((await storedReports(team)).map(({ date }) => date)).toEqual(created === null ? [] : [created]);
    },
  );

  test("On a team absence no report is created, and lists answer 200", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf();
    await insertTeamAbsences(team, "2018-02-05");
    expect([await reports(team), await statuses(team)]).toEqual([[], []]);
    expect((await call("/api/v1/reports/2018-02-05", { headers: team.asTeam })).status).toBe(404);
    await env.DB.prepare("DELETE FROM team_absences WHERE team_id = ?").bind(team.teamId).run();
    expect(await reports(team)).toHaveLength(1);
  });

  test("A report names the last day worked, also after absences and weekends", async () => {
    const team = await mintTeamOf();
    await insertTeamAbsences(team, "2018-02-19", "2018-02-20");
    const labels: Record<string, [string, string]> = {};
    for (const day of ["16", "17", "18", "19", "20", "21", "22"]) {
      clockAt(`2018-02-${day}T10:00:00Z`);
      const latest = (await reports(team))[0]!;
      labels[latest.date] = [latest.question_labels.previous, latest.questions.previous_completed];
    }
    expect(labels).toEqual({
      "2018-02-16": ["yesterday", "Did you meet yesterday's goals?"],
      "2018-02-21": ["Friday", "Did you meet Friday's goals?"],
      "2018-02-22": ["yesterday", "Did you meet yesterday's goals?"],
    });
  });

  test("After two weeks of absence, a report names the last day worked by its date", async () => {
    clockAt("2018-01-08T10:00:00Z");
    const team = await mintTeamOf();
    const days = Array.from({ length: 14 }, (_, n) => new Date(Date.UTC(2017, 11, 25 + n)).toISOString().slice(0, 10));
    await insertTeamAbsences(team, ...days);
    expect(await report(team, "2018-01-08")).toMatchObject({
      questions: { previous: "What did you accomplish December 22?" },
      question_labels: { previous: "December 22" },
    });
  });

  test("A report keeps the questions of its day when the team changes them later", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf({ questions: { previous: "How was {previous_day}?" } });
    const asked = {
      next: "What are your goals for today?",
      blockers: "Any obstacles impeding your progress?",
      previous: "How was Friday?",
      previous_completed: "Did you meet Friday's goals?",
    };
    expect((await report(team, "2018-02-05")).questions).toEqual(asked);
    await run("UPDATE teams SET questions = '{}' WHERE id = ?", team.teamId);
    expect((await report(team, "2018-02-05")).questions).toEqual(asked);
    clockAt("2018-02-06T10:00:00Z");
    expect((await report(team, "2018-02-06")).questions.previous).toBe("What did you accomplish yesterday?");
  });
});

test("Today's check-in is found by its slug before any other request of the day", async () => {
  clockAt("2018-02-05T10:00:00Z");
  const team = await mintTeamOf({ names: ["Emma"] });
  expect(await status(team, "2018-02-05-emma")).toMatchObject({ completed_at: null, report_date: "2018-02-05" });
});
