import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { rows } from "../../support/database.ts";
import { expectError } from "../../support/error.ts";
import { getMember, removeMember } from "../../support/members.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { mintTeamOf, report, stored } from "../reports/client.ts";
import { clockAt, get, put, read } from "../statuses/client.ts";
import { away, back } from "./client.ts";

afterAll(() => {
  vi.useRealTimers();
});

const TODAY = "2018-02-06";
let team: Team & { people: string[] };

/** Emma and Hugh, both expected; it is Tuesday morning, and the report is made. */
beforeEach(async () => {
  team = await mintTeamOf();
  clockAt(`${TODAY}T10:00:00Z`);
  await get(team, "/reports");
  clockAt(`${TODAY}T11:00:00Z`);
});

const metrics = async () => (await report(team, TODAY)).metrics;

describe("leave of a member", () => {
  test("is created once, and says so: 201, then 202", async () => {
    const { id } = await getMember(team, "emma-garrett");
    const body = { member_absence: { member_id: id, date: "2018-04-28" } };
    const references = ["emma-garrett", id, team.people[0]!, "emma.garrett@x.test"];
    for (const [index, reference] of references.entries()) {
      const response = await away(team, { date: "2018-04-28" }, reference);
      expect(response.status).toBe(index === 0 ? 201 : 202);
      expect(await response.json()).toEqual(body);
    }
  });

  test("is removed once: 204 without a body, then 404", async () => {
    await away(team, { date: TODAY }, "emma-garrett");
    await expectError(await back(team, TODAY, "hugh-oliver"), 404, "not_found");
    await expectError(await back(team, "2018-02-07", "emma-garrett"), 404, "not_found");
    const response = await back(team, TODAY, team.people[0]!);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    await expectError(await back(team, TODAY, "emma-garrett"), 404, "not_found");
  });

  test("counts at once, and the report says when it last changed", async () => {
    await away(team, { date: TODAY }, "emma-garrett");
    const onLeave = { absent_statuses_count: 1, present_statuses_count: 1, updated_at: `${TODAY} 11:00:00` };
    expect(await metrics()).toMatchObject(onLeave);
    clockAt(`${TODAY}T12:00:00Z`);
    await away(team, { date: TODAY }, "emma-garrett");
    expect(await metrics()).toMatchObject(onLeave);
    await back(team, "2018-02-07", "emma-garrett");
    expect(await metrics()).toMatchObject(onLeave);
    await back(team, TODAY, "emma-garrett");
    const noLeave = { absent_statuses_count: 0, present_statuses_count: 2, updated_at: `${TODAY} 12:00:00` };
    expect(await metrics()).toMatchObject(noLeave);
  });

  test("given to somebody merged since is the successor's: to see, to give again, and to take back", async () => {
    const merge = async (verb: string, body: object) =>
      read(call(`/api/v1/people/emma-garrett/${verb}`, { headers: team.asTeam, body }));
    await away(team, { date: TODAY }, "hugh-oliver");
    await merge("merge", { person: "hugh-oliver" });
    expect(await metrics()).toMatchObject({ absent_statuses_count: 1, present_statuses_count: 0 });
    expect((await away(team, { date: TODAY }, "emma-garrett")).status).toBe(202);
    await merge("unmerge", {});
    expect(await metrics()).toMatchObject({ absent_statuses_count: 1, present_statuses_count: 1 });
    expect((await away(team, { date: TODAY }, "emma-garrett")).status).toBe(201);
    await merge("merge", { person: "hugh-oliver" });
    expect((await back(team, TODAY, "emma-garrett")).status).toBe(204);
    expect(await metrics()).toMatchObject({ absent_statuses_count: 0, present_statuses_count: 1 });
    await expectError(await back(team, TODAY, "emma-garrett"), 404, "not_found");
  });

  test("of somebody who checks in all the same is none", async () => {
    await away(team, { date: TODAY }, "emma-garrett");
    await read(put(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    expect(await metrics()).toMatchObject({ absent_statuses_count: 0, present_statuses_count: 2 });
  });

  test("of who is unknown is a 404, of who was removed a 410", async () => {
    await removeMember(team, "emma-garrett");
    for (const [reference, status, code] of [
      ["emma-garrett", 410, "gone"],
      ["nobody", 404, "not_found"],
    ] as const) {
      await expectError(await away(team, { date: TODAY }, reference), status, code);
      await expectError(await back(team, TODAY, reference), status, code);
    }
  });

  test("is for one's own team to give", async () => {
    for (const stranger of [await mintTeam(), await mintTeam({ accountId: team.accountId })]) {
      await expectError(await away(stranger, { date: TODAY }, "emma-garrett"), 404, "not_found");
      await away(team, { date: TODAY }, "emma-garrett");
      await expectError(await back(stranger, TODAY, "emma-garrett"), 404, "not_found");
    }
    expect(await metrics()).toMatchObject({ absent_statuses_count: 1 });
  });
});

describe("a holiday of the team", () => {
  test("is created once and removed once: 201, 202, 204, 404", async () => {
    const answers = [await away(team, { date: "2018-04-28" }), await away(team, { date: "2018-04-28" })];
    expect(answers.map(({ status }) => status)).toEqual([201, 202]);
    for (const answer of answers) expect(await answer.json()).toEqual({ team_absence: { date: "2018-04-28" } });
    const response = await back(team, "2018-04-28");
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    await expectError(await back(team, "2018-04-28"), 404, "not_found");
  });

  test("takes the report of the day back while nobody has checked in, and its end brings one", async () => {
    const { id } = await report(team, TODAY);
    await away(team, { date: TODAY });
    expect(await get(team, "/reports")).toEqual({ reports: [] });
    expect(await get(team, "/statuses")).toEqual({ statuses: [] });
    expect(await rows("SELECT id FROM checkins WHERE team_id = ?", team.teamId)).toEqual([]);
    await back(team, TODAY);
    const made = await report(team, TODAY);
    expect(made.id).not.toBe(id);
    expect(made.metrics).toMatchObject({ present_statuses_count: 2 });
  });

  test("leaves the report of a day on which somebody has checked in", async () => {
    const before = await read(put(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    await away(team, { date: TODAY });
    expect(await metrics()).toMatchObject({ participation_count: 1, present_statuses_count: 2 });
    expect(await get(team, `/statuses/${TODAY}-emma-garrett`)).toEqual(before);
  });

  test("is only the team's own", async () => {
    const other = await mintTeamOf();
    await get(other, "/reports");
    await away(team, { date: TODAY });
    await expectError(await back(other, TODAY), 404, "not_found");
    expect((await stored(other)).map(({ date }) => date)).toEqual([TODAY]);
  });
});

describe("a date", () => {
  test.each(["2018-02-30", "2018-2-3", "06/02/2018", "2018-02-06T00:00:00Z", "tomorrow", ""])(
    "that is none is a 400 that says which: %j",
    async (date) => {
      for (const reference of [undefined, "emma-garrett"]) {
        const inBody = await expectError(await away(team, { date }, reference), 400, "bad_request");
        expect(inBody.issues!.map(({ path }) => path)).toEqual(["date"]);
        if (date === "") continue;
        const inPath = await expectError(await back(team, encodeURIComponent(date), reference), 400, "bad_request");
        expect(inPath.issues!.map(({ path }) => path)).toEqual(["date"]);
      }
    },
  );

  test.each<[unknown, string]>([
    [{}, "date"],
    [{ date: 20180206 }, "date"],
    [{ date: TODAY, until: TODAY }, "until"],
    [TODAY, ""],
  ])("is all that a body holds: %j", async (body, path) => {
    for (const reference of [undefined, "emma-garrett"]) {
      const { issues } = await expectError(await away(team, JSON.stringify(body), reference), 400, "bad_request");
      expect(issues!.map((issue) => issue.path)).toEqual([path]);
    }
  });
});
