import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { newId } from "../../../src/lib/id.ts";
import { mergePeople } from "../../../src/people/merges/merge_store.ts";
import {
  clockAt,
  get,
  mintMembers,
  postAnswers,
  putAnswers,
  read,
  run,
  type Status,
  statuses,
} from "../../support/checkins.ts";
import { db, mintReport, mintTeamOf, report, reports } from "../../support/reports.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

const readFailure = async (team: Team, path: string) => {
  const response = await call(`/api/v1${path}`, { headers: team.asTeam });
  const body = (await response.json()) as { request_id: string; issues?: unknown };
  return { status: response.status, body: { ...body, request_id: "" } };
};

describe("a report", () => {
  test("A report has the keys of Status Hero's document in their order", async () => {
    clockAt("2018-02-05T13:48:00.789Z");
    const team = await mintTeamOf();
    const emma = await read<{ status: Status }>(postAnswers(team, "emma-garrett", { blockers: "Waiting" }), 201);
    clockAt("2018-02-05T13:50:01.999Z");
    const hugh = await read<{ status: Status }>(postAnswers(team, "hugh-oliver", { previous_completed: true }), 201);
    const answer = await get(team, "/reports/2018-02-05");
    const id = (await report(team, "2018-02-05")).id;
    expect(JSON.stringify(answer)).toBe(
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
    expect(await get(team, `/reports/${id}`)).toEqual(answer);
    expect(await get(team, "/reports")).toEqual({ reports: [(answer as { report: unknown }).report] });
  });

  test("A member on leave counts as absent until they check in", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf();
    const leave = "INSERT INTO member_absences (team_id, person_id, date) VALUES (?, ?, ?)";
    await run(leave, team.teamId, team.people[0], "2018-02-05");
    await run(leave, team.teamId, team.people[1], "2018-02-06");
    const { metrics } = await report(team, "2018-02-05");
    expect(metrics).toMatchObject({ absent_statuses_count: 1, present_statuses_count: 1, participation_count: 0 });
    await read(putAnswers(team, "2018-02-05-emma-garrett", { next: "From the beach" }));
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({
      ...{ absent_statuses_count: 0, present_statuses_count: 2, participation_count: 1 },
    });
  });

  test("The metrics count the forms of yes and no that imported history has", async () => {
    clockAt("2018-02-05T10:00:00Z");
    const team = await mintTeamOf();
    await statuses(team);
    await run(`UPDATE checkins SET completed_at = 1, previous_completed = '"1"' WHERE person_id = ?`, team.people[0]);
    await run(`UPDATE checkins SET completed_at = 1, previous_completed = '"0"' WHERE person_id = ?`, team.people[1]);
    expect((await report(team, "2018-02-05")).metrics).toMatchObject({ previous_completed_count: 1 });
  });

  describe("after a merge of people", () => {
    const TODAY = "2018-02-05";
    let team: Team & { people: string[] };
    beforeEach(async () => {
      clockAt(`${TODAY}T10:00:00Z`);
      team = await mintTeamOf({ names: ["Emma", "Emma twice", "Hugh"] });
      await get(team, "/reports");
    });
    const merge = async () =>
      read(call("/api/v1/people/emma/merge", { headers: team.asTeam, body: { person: "emma-twice" } }));
    const unmerge = async () => read(call("/api/v1/people/emma/unmerge", { headers: team.asTeam, body: {} }));
    const numbers = async () => {
      const { present_statuses_count, participation_count, absent_statuses_count } = (await report(team, TODAY))
        .metrics;
      return { present_statuses_count, participation_count, absent_statuses_count };
    };
    const listed = async () => (await statuses(team)).map(({ slug, user }) => [slug, user.full_name]).sort();
    const hugh = [`${TODAY}-hugh`, "Hugh"];

    test("Two pending check-ins count as one of the successor, and as two again once the merge is undone", async () => {
      await merge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 2, participation_count: 0 });
      expect(await listed()).toEqual([[`${TODAY}-emma`, "Emma"], hugh]);
      await unmerge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 3 });
    });

    test("The check-in that one of them completed counts, and a later answer edits it", async () => {
      await read(putAnswers(team, `${TODAY}-emma-twice`, { next: "Said before the merge" }));
      await merge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 2, participation_count: 1 });
      expect(await listed()).toEqual([[`${TODAY}-emma-twice`, "Emma"], hugh]);
      const edited = await read<{ status: { slug: string } }>(postAnswers(team, "emma", { blockers: "Rain" }), 200);
      expect(edited.status.slug).toBe(`${TODAY}-emma-twice`);
      await unmerge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 3, participation_count: 1 });
    });

    test("Two completed check-ins count as one person, and both are listed", async () => {
      for (const slug of ["emma", "emma-twice"]) await read(putAnswers(team, `${TODAY}-${slug}`, { next: "Work" }));
      await merge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 2, participation_count: 1 });
      expect((await report(team, TODAY)).completed_status_ids).toHaveLength(2);
      expect(await listed()).toHaveLength(3);
    });

    test("The merged person is absent if either of the two is", async () => {
      await run(
        "INSERT INTO member_absences (team_id, person_id, date) VALUES (?, ?, ?)",
        team.teamId,
        team.people[1],
        TODAY,
      );
      await merge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 1, absent_statuses_count: 1 });
      await unmerge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 2, absent_statuses_count: 1 });
    });

    test("A pending check-in does not count if the successor is not expected to check in", async () => {
      await run("UPDATE members SET role = 'observer' WHERE person_id = ?", team.people[0]);
      await run("DELETE FROM checkins WHERE person_id = ?", team.people[0]);
      await merge();
      expect(await numbers()).toMatchObject({ present_statuses_count: 1 });
      expect(await listed()).toEqual([hugh]);
      expect((await postAnswers(team, "emma", { next: "Work" })).status).toBe(409);
    });

    test("A successor who joins the team by the merge is expected in place of the merged person", async () => {
      const away = await mintTeam({ accountId: team.accountId });
      const [late] = await mintMembers(away, "Late");
      expect(await mergePeople(db, team, { fromId: team.people[1]!, intoId: late! }, Date.now())).toBe(true);
      const slug = `${TODAY}-emma-twice`;
      expect(await numbers()).toMatchObject({ present_statuses_count: 3, participation_count: 0 });
      expect(await listed()).toEqual([[`${TODAY}-emma`, "Emma"], [slug, "Late"], hugh]);
      await read(call("/api/v1/members/late", { method: "PATCH", headers: team.asTeam, body: { role: "active" } }));
      expect(await listed()).toEqual([[`${TODAY}-emma`, "Emma"], [slug, "Late"], hugh]);
      const made = await read<{ status: { slug: string } }>(postAnswers(team, "late", { next: "Here" }), 201);
      expect(made.status.slug).toBe(slug);
      expect(await numbers()).toMatchObject({ present_statuses_count: 3, participation_count: 1 });
    });
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
    ["unknown", () => newId()],
    ["that of another team's report", () => others],
    ["the date of another team's report", () => "2018-01-31"],
    ["a day off", () => "2018-02-03"],
    ["a future date", () => "2018-02-05"],
    ["a date that does not exist", () => "2018-02-31"],
    ["full of special characters", () => "%00'%22%F0%9F%98%80"],
    ["very long", () => "x".repeat(5_000)],
  ])("An id that is %s is the same 404 as an unknown one", async (_, id) => {
    const expected = await readFailure(team, `/reports/${newId()}`);
    expect(expected).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await readFailure(team, `/reports/${id()}`)).toEqual(expected);
  });
});

describe("the list of reports", () => {
  let team: Team;
  const dates = Array.from({ length: 65 }, (_, n) => new Date(Date.UTC(2017, 0, 1 + n)).toISOString().slice(0, 10));
  beforeAll(async () => {
    clockAt("2018-02-03T10:00:00Z");
    team = await mintTeamOf();
    for (const date of dates.toSorted(() => Math.random() - 0.5)) await mintReport(team, date);
  });

  test("The list comes in pages of 30, the newest first, and is empty past the end", async () => {
    const pages = [await reports(team, 1), await reports(team, 2), await reports(team, 3), await reports(team, 4)];
    expect(pages.map((page) => page.length)).toEqual([30, 30, 5, 0]);
    expect(pages.flat().map(({ date }) => date)).toEqual(dates.toReversed());
    expect(await get(team, "/reports")).toEqual({ reports: pages[0] });
    expect(await reports(team, 1_000_000)).toEqual([]);
  });

  test.each(["0", "-1", "1.5", "many", "", "1000001"])("Page %j is a 400 that names the parameter", async (page) => {
    const { status, body } = await readFailure(team, `/reports?page=${page}`);
    expect(status).toBe(400);
    expect(body.issues).toMatchObject([{ path: "page" }]);
  });
});
