import { sql } from "drizzle-orm";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { updateExpectedCheckins } from "../../../src/checkins/reports/expected_store.ts";
import { deleteUnusedReports, markReportsChanged } from "../../../src/checkins/reports/lifecycle_store.ts";
import { atomically } from "../../../src/db/client.ts";
import { clockAt, get, mintRemark, putAnswers, read, run, statuses } from "../../support/checkins.ts";
import { db, insertTeamAbsences, mintTeamOf, report, storedReports } from "../../support/reports.ts";
import type { Team } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

const TODAY = "2018-02-06";
let team: Team & { people: string[] };
let emma: string;

/** Emma and Hugh have pending check-ins of Monday and Tuesday; it is Tuesday. */
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
const update = (person = emma) => atomically(db, updateExpectedCheckins(team, person, TODAY, later));
const namesByDate = async () => (await storedReports(team)).map(({ names }) => names);
const emmasCheckin = async () => (await statuses(team)).find(({ slug }) => slug === `${TODAY}-emma-garrett`)!;

describe("after a change of whether a person is expected to check in", () => {
  test.each(["role = 'observer'", "removed_at = 1"])(
    "Today's pending check-in is deleted and Monday's stays, after %s",
    async (gone) => {
      await change(gone);
      await update();
      expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Hugh Oliver"]);
      const { metrics } = await report(team, TODAY);
      expect(metrics).toMatchObject({ present_statuses_count: 1, updated_at: `${TODAY} 11:00:00` });
      expect((await report(team, "2018-02-05")).metrics.updated_at).toBe("2018-02-05 10:00:00");
    },
  );

  test("A completed check-in stays", async () => {
    await read(putAnswers(team, `${TODAY}-emma-garrett`, { next: "Leave" }));
    await change("removed_at = 1");
    await update();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
    expect((await report(team, TODAY)).metrics).toMatchObject({ participation_count: 1, present_statuses_count: 2 });
  });

  test.each(["comments", "reactions"] as const)("A pending check-in with %s stays", async (kind) => {
    const { id: checkinId } = await emmasCheckin();
    const remark = { checkinId, personId: team.people[1]!, at: 1 };
    const id = await mintRemark(kind, team, remark);
    await change("role = 'observer'");
    await update();
    const kept = await emmasCheckin();
    expect(kind === "comments" ? kept.comment_ids : kept.reaction_ids).toEqual([id]);
    expect((await report(team, TODAY)).metrics.updated_at).toBe(`${TODAY} 10:00:00`);
  });

  test("A pending check-in whose comments and reactions were removed is deleted", async () => {
    const { id: checkinId } = await emmasCheckin();
    for (const kind of ["comments", "reactions"] as const) {
      await mintRemark(kind, team, { checkinId, personId: team.people[1]!, at: 1, removedAt: 2 });
    }
    await change("removed_at = 1");
    await update();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Hugh Oliver"]);
  });

  test("The updated_at of a report changes only if it gains or loses a check-in", async () => {
    const updated = async () => (await report(team, TODAY)).metrics.updated_at;
    await update();
    expect(await updated()).toBe(`${TODAY} 10:00:00`);
    await change("role = 'observer'");
    await update();
    expect(await updated()).toBe(`${TODAY} 11:00:00`);
    const muchLater = Date.parse(`${TODAY}T12:00:00Z`);
    await atomically(db, updateExpectedCheckins(team, emma, TODAY, muchLater));
    expect(await updated()).toBe(`${TODAY} 11:00:00`);
    await change("role = 'active'");
    await atomically(db, updateExpectedCheckins(team, emma, TODAY, muchLater));
    expect(await updated()).toBe(`${TODAY} 12:00:00`);
  });

  test("A person who becomes active again gets one pending check-in of today", async () => {
    await change("role = 'observer'");
    await update();
    await change("role = 'active'");
    await update();
    await update();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
    expect(await emmasCheckin()).toMatchObject({ completed_at: null, report_date: TODAY });
  });

  test("No check-in is added or deleted on a day without a report", async () => {
    await run("UPDATE members SET removed_at = 1 WHERE person_id = ?", emma);
    await atomically(db, updateExpectedCheckins(team, emma, "2018-02-07", later));
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
  });

  test.each([
    ["another account", false],
    ["the same account", true],
  ])("The check-ins of other people and other teams of %s stay", async (_, isSibling) => {
    const account = isSibling ? { accountId: team.accountId } : {};
    const other = await mintTeamOf({ ...account, names: ["Other One", "Other Two"] });
    await get(other, "/reports");
    await run("UPDATE members SET removed_at = 1 WHERE team_id IN (?, ?)", team.teamId, other.teamId);
    await atomically(db, updateExpectedCheckins(team, other.people[0]!, TODAY, later));
    await update();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Hugh Oliver"]);
    expect((await storedReports(other)).map(({ names }) => names)).toEqual(["Other One, Other Two"]);
  });
});

describe("a team absence on a day that has its report", () => {
  const addAbsence = async () => {
    await insertTeamAbsences(team, TODAY);
    await atomically(db, deleteUnusedReports(team, sql`${TODAY}`));
  };

  test("A team absence deletes the report of its day and leaves earlier ones", async () => {
    await addAbsence();
    expect((await storedReports(team)).map(({ date }) => date)).toEqual(["2018-02-05"]);
  });

  test("A report with a completed check-in stays", async () => {
    await read(putAnswers(team, `${TODAY}-emma-garrett`, { next: "Work" }));
    await addAbsence();
    expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
  });

  test.each(["comments", "reactions"] as const)(
    "A report with a check-in that has %s, even removed ones, stays",
    async (kind) => {
      const { id: checkinId } = await emmasCheckin();
      await mintRemark(kind, team, { checkinId, personId: team.people[1]!, at: 1, removedAt: 2 });
      await addAbsence();
      expect(await namesByDate()).toEqual(["Emma Garrett, Hugh Oliver", "Emma Garrett, Hugh Oliver"]);
    },
  );
});

test("Marking a report as changed sets its updated_at, and that of no other", async () => {
  const other = await mintTeamOf();
  await get(other, "/reports");
  await atomically(db, [markReportsChanged(team, sql`${TODAY}`, later)]);
  expect((await report(team, TODAY)).metrics.updated_at).toBe(`${TODAY} 11:00:00`);
  expect((await report(team, "2018-02-05")).metrics.updated_at).toBe("2018-02-05 10:00:00");
  expect((await report(other, TODAY)).metrics.updated_at).toBe(`${TODAY} 10:00:00`);
});
