import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { clockAt, get, putAnswers, read } from "../../support/checkins.ts";
import { rows } from "../../support/database.ts";
import { expectError } from "../../support/error.ts";
import { getMember, removeMember } from "../../support/members.ts";
import { mintTeamOf, report, storedReports } from "../../support/reports.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { addAbsence, removeAbsence } from "./client.ts";

afterAll(() => {
  vi.useRealTimers();
});

const TODAY = "2018-02-06";
let team: Team & { people: string[] };

/** A team of Emma and Hugh, on a Tuesday whose report exists. */
beforeEach(async () => {
  team = await mintTeamOf();
  clockAt(`${TODAY}T10:00:00Z`);
  await get(team, "/reports");
  clockAt(`${TODAY}T11:00:00Z`);
});

const metrics = async () => (await report(team, TODAY)).metrics;

describe("an absence of a member", () => {
  test("The first request for an absence answers 201, and each repetition answers 202", async () => {
    const { id } = await getMember(team, "emma-garrett");
    const references = ["emma-garrett", id, team.people[0]!, "emma.garrett@x.test"];
    for (const [index, reference] of references.entries()) {
      const response = await addAbsence(team, { date: "2018-04-28" }, reference);
      expect(response.status).toBe(index === 0 ? 201 : 202);
      expect(await response.json()).toEqual({
        member_absence: { member_id: id, date: "2018-04-28" },
        member: { ...(await getMember(team, "emma-garrett")), absent_dates: ["2018-04-28"] },
      });
    }
  });

  test("An absence is removed once: the answer is 204 without a body, and then 404", async () => {
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    await expectError(await removeAbsence(team, TODAY, "hugh-oliver"), 404, "not_found");
    await expectError(await removeAbsence(team, "2018-02-07", "emma-garrett"), 404, "not_found");
    const response = await removeAbsence(team, TODAY, team.people[0]!);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    await expectError(await removeAbsence(team, TODAY, "emma-garrett"), 404, "not_found");
  });

  test("A new or removed absence changes the report's numbers and updated_at at once, and a repetition changes neither", async () => {
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    const withAbsence = { absent_statuses_count: 1, present_statuses_count: 1, updated_at: `${TODAY} 11:00:00` };
    expect(await metrics()).toMatchObject(withAbsence);
    clockAt(`${TODAY}T12:00:00Z`);
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    expect(await metrics()).toMatchObject(withAbsence);
    await removeAbsence(team, "2018-02-07", "emma-garrett");
    expect(await metrics()).toMatchObject(withAbsence);
    await removeAbsence(team, TODAY, "emma-garrett");
    const withoutAbsence = { absent_statuses_count: 0, present_statuses_count: 2, updated_at: `${TODAY} 12:00:00` };
    expect(await metrics()).toMatchObject(withoutAbsence);
  });

  test("After a merge, the absence of the merged person counts for the successor and is removed with theirs", async () => {
    const merge = async (verb: string, body: object) =>
      read(call(`/api/v1/people/emma-garrett/${verb}`, { headers: team.asTeam, body }));
    await addAbsence(team, { date: TODAY }, "hugh-oliver");
    await merge("merge", { person: "hugh-oliver" });
    expect(await metrics()).toMatchObject({ absent_statuses_count: 1, present_statuses_count: 0 });
    expect((await addAbsence(team, { date: TODAY }, "emma-garrett")).status).toBe(202);
    await merge("unmerge", {});
    expect(await metrics()).toMatchObject({ absent_statuses_count: 1, present_statuses_count: 1 });
    expect((await addAbsence(team, { date: TODAY }, "emma-garrett")).status).toBe(201);
    await merge("merge", { person: "hugh-oliver" });
    expect((await removeAbsence(team, TODAY, "emma-garrett")).status).toBe(204);
    expect(await metrics()).toMatchObject({ absent_statuses_count: 0, present_statuses_count: 1 });
    await expectError(await removeAbsence(team, TODAY, "emma-garrett"), 404, "not_found");
  });

  test("An absent member who checks in counts as present", async () => {
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    await read(putAnswers(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    expect(await metrics()).toMatchObject({ absent_statuses_count: 0, present_statuses_count: 2 });
  });

  test("An unknown member is a 404, and a removed one is a 410", async () => {
    await removeMember(team, "emma-garrett");
    for (const [reference, status, code] of [
      ["emma-garrett", 410, "gone"],
      ["nobody", 404, "not_found"],
    ] as const) {
      await expectError(await addAbsence(team, { date: TODAY }, reference), status, code);
      await expectError(await removeAbsence(team, TODAY, reference), status, code);
    }
  });

  test("Another team can neither add nor remove an absence", async () => {
    for (const stranger of [await mintTeam(), await mintTeam({ accountId: team.accountId })]) {
      await expectError(await addAbsence(stranger, { date: TODAY }, "emma-garrett"), 404, "not_found");
      await addAbsence(team, { date: TODAY }, "emma-garrett");
      await expectError(await removeAbsence(stranger, TODAY, "emma-garrett"), 404, "not_found");
    }
    expect(await metrics()).toMatchObject({ absent_statuses_count: 1 });
  });
});

describe("an absence of the team", () => {
  test("A team absence is created once and removed once: 201, 202, 204, 404", async () => {
    const answers = [await addAbsence(team, { date: "2018-04-28" }), await addAbsence(team, { date: "2018-04-28" })];
    expect(answers.map(({ status }) => status)).toEqual([201, 202]);
    const shown = {
      ...{ id: team.teamId, name: "Test", slug: `team-${team.teamId}`, time_zone: "UTC" },
      absent_dates: ["2018-04-28"],
    };
    for (const answer of answers) {
      expect(await answer.json()).toEqual({ team_absence: { date: "2018-04-28" }, team: shown });
    }
    const response = await removeAbsence(team, "2018-04-28");
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    await expectError(await removeAbsence(team, "2018-04-28"), 404, "not_found");
  });

  test("A team absence deletes the day's report if no check-in is completed, and its removal lets a new one be created", async () => {
    const { id } = await report(team, TODAY);
    await addAbsence(team, { date: TODAY });
    expect(await get(team, "/reports")).toEqual({ reports: [] });
    expect(await get(team, "/statuses")).toEqual({ statuses: [] });
    expect(await rows("SELECT id FROM checkins WHERE team_id = ?", team.teamId)).toEqual([]);
    await removeAbsence(team, TODAY);
    const made = await report(team, TODAY);
    expect(made.id).not.toBe(id);
    expect(made.metrics).toMatchObject({ present_statuses_count: 2 });
  });

  test("A team absence leaves a report that has a completed check-in", async () => {
    const before = await read(putAnswers(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    await addAbsence(team, { date: TODAY });
    expect(await metrics()).toMatchObject({ participation_count: 1, present_statuses_count: 2 });
    expect(await get(team, `/statuses/${TODAY}-emma-garrett`)).toEqual(before);
  });

  test.each([
    ["another account", false],
    ["the same account", true],
  ])("A team absence changes nothing for another team of %s", async (_, isSibling) => {
    const account = isSibling ? { accountId: team.accountId } : {};
    const other = await mintTeamOf({ ...account, names: ["Other Person"] });
    await get(other, "/reports");
    await addAbsence(team, { date: TODAY });
    await expectError(await removeAbsence(other, TODAY), 404, "not_found");
    expect((await storedReports(other)).map(({ date }) => date)).toEqual([TODAY]);
  });
});

describe("the date of an absence", () => {
  test.each(["2018-02-30", "2018-2-3", "06/02/2018", "2018-02-06T00:00:00Z", "tomorrow", ""])(
    "A date that does not exist or is written differently is a 400 that names it: %j",
    async (date) => {
      for (const reference of [undefined, "emma-garrett"]) {
        const inBody = await expectError(await addAbsence(team, { date }, reference), 400, "bad_request");
        expect(inBody.issues!.map(({ path }) => path)).toEqual(["date"]);
        if (date === "") continue;
        const inPath = await expectError(
          await removeAbsence(team, encodeURIComponent(date), reference),
          400,
          "bad_request",
        );
        expect(inPath.issues!.map(({ path }) => path)).toEqual(["date"]);
      }
    },
  );

  test.each<[unknown, string]>([
    [{}, "date"],
    [{ date: 20180206 }, "date"],
    [{ date: TODAY, from: TODAY }, "date"],
    [{ from: TODAY }, "to"],
    [{ to: TODAY }, "from"],
    [{ from: "2018-02-30", to: TODAY }, "from"],
    [{ from: TODAY, to: "2018-02-05" }, "to"],
    [{ from: TODAY, to: "2019-02-07" }, "to"],
    [TODAY, ""],
  ])(
    "A body with neither one date nor a range of at most 366 days is a 400 that names the field: %j",
    async (body, path) => {
      for (const reference of [undefined, "emma-garrett"]) {
        const { issues } = await expectError(
          await addAbsence(team, JSON.stringify(body), reference),
          400,
          "bad_request",
        );
        expect(issues!.map((issue) => issue.path)).toEqual([path]);
      }
    },
  );
});
