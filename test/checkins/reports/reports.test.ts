import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newId } from "../../../src/lib/id.ts";
import { call, type Team } from "../../support/team.ts";
import { clockAt, get, post, put, read, run, type Status, statuses } from "../statuses/client.ts";
import { mintReport, mintTeamOf, report, reports } from "./client.ts";

afterAll(() => {
  vi.useRealTimers();
});

const refusal = async (team: Team, path: string) => {
  const response = await call(`/api/v1${path}`, { headers: team.asTeam });
  const body = (await response.json()) as { request_id: string; issues?: unknown };
  return { status: response.status, body: { ...body, request_id: "" } };
};

describe("a report", () => {
  test("has the keys of Status Hero's, in their order, with what was asked and answered", async () => {
    clockAt("2018-02-05T13:48:00.789Z");
    const team = await mintTeamOf();
    const emma = await read<{ status: Status }>(post(team, "emma-garrett", { blockers: "Waiting" }), 201);
    clockAt("2018-02-05T13:50:01.999Z");
    const hugh = await read<{ status: Status }>(post(team, "hugh-oliver", { previous_completed: true }), 201);
    const shown = await get(team, "/reports/2018-02-05");
    const id = (await report(team, "2018-02-05")).id;
    expect(JSON.stringify(shown)).toBe(
      JSON.stringify({
        report: {
          id,
          date: "2018-02-05",
          team_id: team.teamId,
          questions: {
            next: "What are your goals for today?",
            blockers: "Any obstacles impeding your progress?",
            previous: "What did you accomplish Friday?",
            previous_completed: "Did you meet Friday's goals?",
          },
          question_labels: { next: "today", blockers: "blockers", previous: "Friday" },
          metrics: {
            updated_at: "2018-02-05 13:50:01",
            blocked_count: 1,
            participation_count: 2,
            absent_statuses_count: 0,
            present_statuses_count: 2,
            previous_completed_count: 1,
          },
          url: `https://rollcall.test/teams/team-${team.teamId}/reports/2018-02-05`,
          completed_status_ids: [hugh.status.id, emma.status.id],
        },
      }),
    );
    expect(await get(team, `/reports/${id}`)).toEqual(shown);
    expect(await get(team, "/reports")).toEqual({ reports: [(shown as { report: unknown }).report] });
  });

  test("counts who is on leave that day as absent, until they check in all the same", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf();
    const leave = "INSERT INTO member_absences (team_id, person_id, date) VALUES (?, ?, ?)";
    await run(leave, team.teamId, team.people[0], "2018-02-05");
    await run(leave, team.teamId, team.people[1], "2018-02-06");
    const { metrics } = await report(team, "2018-02-05");
    expect(metrics).toMatchObject({ absent_statuses_count: 1, present_statuses_count: 1, participation_count: 0 });
    await read(put(team, "2018-02-05-emma-garrett", { next: "From the beach" }));
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      ...{ absent_statuses_count: 0, present_statuses_count: 2, participation_count: 1 },
    });
  });

  test("counts what imported history says in its own ways", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf();
    await statuses(team);
    await run(`UPDATE checkins SET completed_at = 1, previous_completed = '"1"' WHERE person_id = ?`, team.people[0]);
    await run(`UPDATE checkins SET completed_at = 1, previous_completed = '"0"' WHERE person_id = ?`, team.people[1]);
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({ previous_completed_count: 1 });
  });

  test("counts a person merged since once: as the successor", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf({ names: ["Emma", "Emma twice", "Hugh", "Hugh twice"] });
    const [emma, emmaTwice, hugh, hughTwice] = team.people;
    await read(put(team, "2018-02-05-hugh-twice", { next: "Said before the merge" }));
    await run("UPDATE people SET merged_into = ? WHERE id = ?", emma, emmaTwice);
    await run("UPDATE people SET merged_into = ? WHERE id = ?", hugh, hughTwice);
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      ...{ present_statuses_count: 3, participation_count: 1 },
    });
    expect((await statuses(team)).map(({ slug, user }) => [slug, user.full_name])).toEqual(
      expect.arrayContaining([
        ["2018-02-05-hugh-twice", "Hugh"],
        ["2018-02-05-hugh", "Hugh"],
        ["2018-02-05-emma", "Emma"],
      ]),
    );
    await run("UPDATE people SET merged_into = NULL WHERE id = ?", emmaTwice);
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({ present_statuses_count: 4 });
  });
});

describe("404 Not found", () => {
  let team: Team;
  let others: string;
  beforeAll(async () => {
    clockAt("2018-02-03T10:00:00Z");
    team = await mintTeamOf();
    others = await mintReport(await mintTeamOf(), "2018-01-31");
  });

  test.each([
    ["of no report", () => newId()],
    ["of another team's report", () => others],
    ["a date of another team's report", () => "2018-01-31"],
    ["a day off", () => "2018-02-03"],
    ["a day to come", () => "2018-02-05"],
    ["no date of the calendar", () => "2018-02-31"],
    ["naughty", () => "%00'%22%F0%9F%98%80"],
    ["endless", () => "x".repeat(5_000)],
  ])("for an id that is %s, the same for each", async (_, id) => {
    const expected = await refusal(team, `/reports/${newId()}`);
    expect(expected).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await refusal(team, `/reports/${id()}`)).toEqual(expected);
  });
});

describe("the list", () => {
  let team: Team;
  const dates = Array.from({ length: 65 }, (_, n) => new Date(Date.UTC(2017, 0, 1 + n)).toISOString().slice(0, 10));
  beforeAll(async () => {
    clockAt("2018-02-03T10:00:00Z");
    team = await mintTeamOf();
    for (const date of dates.toSorted(() => Math.random() - 0.5)) await mintReport(team, date);
  });

  test("comes in pages of 30, newest first, and past the end is empty", async () => {
    const pages = [await reports(team, 1), await reports(team, 2), await reports(team, 3), await reports(team, 4)];
    expect(pages.map((page) => page.length)).toEqual([30, 30, 5, 0]);
    expect(pages.flat().map(({ date }) => date)).toEqual(dates.toReversed());
    expect(await get(team, "/reports")).toEqual({ reports: pages[0] });
    expect(await reports(team, 1_000_000)).toEqual([]);
  });

  test.each(["0", "-1", "1.5", "many", "", "1000001"])("refuses page %j by name", async (page) => {
    const { status, body } = await refusal(team, `/reports?page=${page}`);
    expect(status).toBe(400);
    expect(body.issues).toMatchObject([{ path: "page" }]);
  });
});
