import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { updateExpectedCheckins } from "../../../src/checkins/reports/expected_store.ts";
import { deleteUnusedReport, markReportChanged } from "../../../src/checkins/reports/lifecycle_store.ts";
import { atomically } from "../../../src/db/client.ts";
import { clockAt, get, mintRemark, put, read, run, statuses } from "../../support/checkins.ts";
import { db, mintTeamOf, report, stored, takeOff } from "../../support/reports.ts";
import type { Team } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

const TODAY = "2018-02-06";
let team: Team & { people: string[] };
let emma: string;

/** Emma's and Hugh's check-ins of Monday and Tuesday, all pending; it is Tuesday. */
beforeEach(async () => {
  team = await mintTeamOf();
  emma = team.people[0]!;
  for (const day of ["2018-02-05", TODAY]) {
    clockAt(`${day}T10:00:00Z`);
    await get(team, "/reports");
  }
});

const later = Date.parse(`${TODAY}T11:00:00Z`);
const change = (sql: string) => run(`UPDATE members SET ${sql} WHERE team_id = ? AND person_id = ?`, team.teamId, emma);
const follow = (person = emma) => atomically(db, updateExpectedCheckins(team, person, TODAY, later));
const namesByDate = async () => (await stored(team)).map(({ names }) => names);
const emmasCheckin = async () => (await statuses(team)).find(({ slug }) => slug === `${TODAY}-emma-garrett`)!;

describe("after a change of whether somebody is to check in", () => {
  test.each(["role = 'observer'", "removed_at = 1"])(
    "today's pending check-in goes and Monday's stays, for %s",
    async (gone) => {
      await change(gone);
      await follow();
      expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Hugh Oliver"]);
      const { metrics } = await report(team, TODAY);
      expect(metrics).toMatchObject({ present_statuses_count: 1, updated_at: `${TODAY} 11:00:00` });
      expect((await report(team, "2018-02-05")).metrics.updated_at).toBe("2018-02-05 10:00:00");
    },
  );

  test("what is completed stays", async () => {
    await read(put(team, `${TODAY}-emma-garrett`, { next: "Leave" }));
    await change("removed_at = 1");
    await follow();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
    expect((await report(team, TODAY)).metrics).toMatchObject({ participation_count: 1, present_statuses_count: 2 });
  });

  test.each(["comments", "reactions"] as const)("what others said in %s stays, with the check-in", async (kind) => {
    const { id: checkinId } = await emmasCheckin();
    const remark = { checkinId, personId: team.people[1]!, at: 1 };
    const id = await mintRemark(kind, team, remark);
    await change("role = 'observer'");
    await follow();
    const kept = await emmasCheckin();
    expect(kind === "comments" ? kept.comment_ids : kept.reaction_ids).toEqual([id]);
    expect((await report(team, TODAY)).metrics.updated_at).toBe(`${TODAY} 10:00:00`);
  });

  test("remarks that were taken back do not keep it", async () => {
    const { id: checkinId } = await emmasCheckin();
    for (const kind of ["comments", "reactions"] as const) {
      await mintRemark(kind, team, { checkinId, personId: team.people[1]!, at: 1, removedAt: 2 });
    }
    await change("removed_at = 1");
    await follow();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Hugh Oliver"]);
  });

  test("a report that neither gains nor loses a check-in is not said to have changed", async () => {
    const updated = async () => (await report(team, TODAY)).metrics.updated_at;
    await follow();
    expect(await updated()).toBe(`${TODAY} 10:00:00`);
    await change("role = 'observer'");
    await follow();
    expect(await updated()).toBe(`${TODAY} 11:00:00`);
    const muchLater = Date.parse(`${TODAY}T12:00:00Z`);
    await atomically(db, updateExpectedCheckins(team, emma, TODAY, muchLater));
    expect(await updated()).toBe(`${TODAY} 11:00:00`);
    await change("role = 'active'");
    await atomically(db, updateExpectedCheckins(team, emma, TODAY, muchLater));
    expect(await updated()).toBe(`${TODAY} 12:00:00`);
  });

  test("who comes back, or is made active, is expected today again, once", async () => {
    await change("role = 'observer'");
    await follow();
    await change("role = 'active'");
    await follow();
    await follow();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
    expect(await emmasCheckin()).toMatchObject({ completed_at: null, report_date: TODAY });
  });

  test("nobody is expected on a day that has no report", async () => {
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", emma);
    await atomically(db, updateExpectedCheckins(team, emma, "2018-02-07", later));
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
  });

  test("other people and other teams are left alone", async () => {
    const other = await mintTeamOf();
    await get(other, "/reports");
    await run("UPDATE members SET removed_at = 1 WHERE team_id IN (?, ?)", team.teamId, other.teamId);
    await atomically(db, updateExpectedCheckins(team, other.people[0]!, TODAY, later));
    await follow();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Hugh Oliver"]);
    expect((await stored(other)).map(({ names }) => names)).toEqual(["Emma Garrett, Hugh Oliver"]);
  });
});

describe("a team absence on a day that has its report", () => {
  const declare = async () => {
    await takeOff(team, TODAY);
    await atomically(db, deleteUnusedReport(team, TODAY));
  };

  test("takes it back, and what was there before stays", async () => {
    await declare();
    expect((await stored(team)).map(({ date }) => date)).toEqual(["2018-02-05"]);
  });

  test("leaves it where somebody has checked in", async () => {
    await read(put(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    await declare();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
  });

  test.each(["comments", "reactions"] as const)("leaves it where a check-in has %s", async (kind) => {
    const { id: checkinId } = await emmasCheckin();
    await mintRemark(kind, team, { checkinId, personId: team.people[1]!, at: 1, removedAt: 2 });
    await declare();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
  });
});

test("a touched report says when, and no other does", async () => {
  const other = await mintTeamOf();
  await get(other, "/reports");
  await atomically(db, [markReportChanged(team, TODAY, later)]);
  expect((await report(team, TODAY)).metrics.updated_at).toBe(`${TODAY} 11:00:00`);
  expect((await report(team, "2018-02-05")).metrics.updated_at).toBe("2018-02-05 10:00:00");
  expect((await report(other, TODAY)).metrics.updated_at).toBe(`${TODAY} 10:00:00`);
});
