import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addDays } from "../../../src/lib/time_zone.ts";
import { clockAt, get } from "../../support/checkins.ts";
import { rows } from "../../support/database.ts";
import { expectError } from "../../support/error.ts";
import { addMember, getMember, listMembers, mergeMembers, removeMember } from "../../support/members.ts";
import { mintTeamOf, report } from "../../support/reports.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { addAbsence } from "./client.ts";

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

type Absence = { member_id: string; date: string; member: { slug: string } };

const absences = async (of: Team, query = "") =>
  (await get<{ member_absences: Absence[] }>(of, `/member_absences${query}`)).member_absences.map(
    ({ date, member }) => `${date} ${member.slug}`,
  );
const datesOf = async (of: Team, member: string, query = "") =>
  (await get<{ member_absences: Absence[] }>(of, `/member_absences/${member}${query}`)).member_absences.map(
    ({ date }) => date,
  );
const teamDates = async (of: Team, query = "") =>
  (await get<{ team_absences: { date: string }[] }>(of, `/team_absences${query}`)).team_absences.map(
    ({ date }) => date,
  );

describe("a range of absences", () => {
  test("A range adds each of its dates: 201 while one is new, 202 when all are there", async () => {
    await addAbsence(team, { date: "2018-02-08" }, "emma-garrett");
    const range = { from: TODAY, to: "2018-02-09" };
    const response = await addAbsence(team, range, "emma-garrett");
    const { id } = await getMember(team, "emma-garrett");
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      member_absence: { member_id: id, ...range },
      member: { absent_dates: [TODAY, "2018-02-07", "2018-02-08", "2018-02-09"] },
    });
    expect((await addAbsence(team, range, "emma-garrett")).status).toBe(202);
    expect((await addAbsence(team, { ...range, to: "2018-02-10" }, "emma-garrett")).status).toBe(201);
  });

  test("A range changes the numbers and updated_at of today's report", async () => {
    await addAbsence(team, { from: "2018-02-01", to: "2018-02-20" }, "emma-garrett");
    expect((await report(team, TODAY)).metrics).toMatchObject({
      ...{ absent_statuses_count: 1, present_statuses_count: 1, updated_at: `${TODAY} 11:00:00` },
    });
    clockAt(`${TODAY}T12:00:00Z`);
    await addAbsence(team, { from: TODAY, to: "2018-02-20" }, "emma-garrett");
    expect((await report(team, TODAY)).metrics).toMatchObject({ updated_at: `${TODAY} 11:00:00` });
  });

  test("A range of the team deletes the unused report of today, and makes each date a holiday", async () => {
    const range = { from: TODAY, to: "2018-02-08" };
    const response = await addAbsence(team, range);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      team_absence: range,
      team: { absent_dates: [TODAY, "2018-02-07", "2018-02-08"] },
    });
    expect(await get(team, "/reports")).toEqual({ reports: [] });
    expect((await addAbsence(team, range)).status).toBe(202);
  });

  test("A range of 366 days is accepted", async () => {
    expect((await addAbsence(team, { from: TODAY, to: "2019-02-06" }, "emma-garrett")).status).toBe(201);
    expect((await addAbsence(team, { from: TODAY, to: "2019-02-06" })).status).toBe(201);
    expect((await getMember(team, "emma-garrett")).absent_dates).toHaveLength(366);
  });

  test("More than 1,000 dates from today on are a 409 that says so, and none of them is added", async () => {
    const year = (n: number) => ({ from: addDays(TODAY, n * 366), to: addDays(TODAY, n * 366 + 365) });
    for (const member of ["emma-garrett", undefined]) {
      for (const n of [0, 1]) expect((await addAbsence(team, year(n), member)).status).toBe(201);
      const { error } = await expectError(await addAbsence(team, year(2), member), 409, "conflict");
      expect(error).toContain("would be absent on more than 1000 dates");
      // Dates of the past do not count, and those that are there may be sent again.
      expect((await addAbsence(team, { from: "2017-01-01", to: "2017-12-31" }, member)).status).toBe(201);
      expect((await addAbsence(team, year(1), member)).status).toBe(202);
    }
    const stored = await rows("SELECT count(*) AS n FROM member_absences WHERE team_id = ?", team.teamId);
    expect(stored).toEqual([{ n: 366 * 2 + 365 }]);
  });
});

describe("reading absences", () => {
  test("The lists show the dates from today on, by date, and those of a period where from or to is given", async () => {
    await addAbsence(team, { from: "2018-02-04", to: "2018-02-07" }, "emma-garrett");
    await addAbsence(team, { date: "2018-02-07" }, "hugh-oliver");
    await addAbsence(team, { date: "2018-12-24" });
    await addAbsence(team, { date: "2018-01-01" });
    const all = await absences(team);
    expect(all.slice(0, 1)).toEqual([`${TODAY} emma-garrett`]);
    expect(all.slice(1).sort()).toEqual(["2018-02-07 emma-garrett", "2018-02-07 hugh-oliver"]);
    expect(await absences(team, "?from=2018-02-01&to=2018-02-05")).toEqual([
      "2018-02-04 emma-garrett",
      "2018-02-05 emma-garrett",
    ]);
    expect(await datesOf(team, "emma-garrett")).toEqual([TODAY, "2018-02-07"]);
    expect(await datesOf(team, "emma-garrett", "?from=2018-02-05&to=2018-02-06")).toEqual(["2018-02-05", TODAY]);
    expect(await datesOf(team, "hugh-oliver")).toEqual(["2018-02-07"]);
    expect(await teamDates(team)).toEqual(["2018-12-24"]);
    expect(await teamDates(team, "?from=2018-01-01&to=2018-06-30")).toEqual(["2018-01-01"]);
  });

  test("The lists come in pages of 30, and are empty past the end", async () => {
    await addAbsence(team, { from: TODAY, to: addDays(TODAY, 34) }, "emma-garrett");
    await addAbsence(team, { from: TODAY, to: addDays(TODAY, 34) });
    for (const list of [absences, teamDates, (of: Team, query: string) => datesOf(of, "emma-garrett", query)]) {
      const pages = await Promise.all([1, 2, 3].map((page) => list(team, `?page=${page}`)));
      expect(pages.map(({ length }) => length)).toEqual([30, 5, 0]);
      expect(new Set(pages.flat()).size).toBe(35);
    }
  });

  test("A member shows the dates from today on, and that they lead the team as `manager`", async () => {
    await addAbsence(team, { from: "2018-02-01", to: TODAY }, "emma-garrett");
    const manager = await addMember(team, { email: "mia@x.test", name: "Mia Moss", manager: true });
    expect(manager).toMatchObject({ team_lead: true, absent_dates: [] });
    expect((await listMembers(team)).map((one) => [one.slug, one.team_lead, one.absent_dates])).toEqual([
      ["emma-garrett", false, [TODAY]],
      ["mia-moss", true, []],
      ["hugh-oliver", false, []],
    ]);
  });

  test("After a merge, the absences of the merged person are listed once, as those of the successor", async () => {
    await addAbsence(team, { from: TODAY, to: "2018-02-07" }, "hugh-oliver");
    await addAbsence(team, { from: "2018-02-07", to: "2018-02-08" }, "emma-garrett");
    await mergeMembers(team, "emma-garrett", "hugh-oliver");
    const dates = [TODAY, "2018-02-07", "2018-02-08"];
    expect(await absences(team)).toEqual(dates.map((date) => `${date} emma-garrett`));
    expect(await datesOf(team, "emma-garrett")).toEqual(dates);
    expect((await getMember(team, "emma-garrett")).absent_dates).toEqual(dates);
  });

  test("A removed member's absences are not listed, and the list of that member is a 410", async () => {
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    await removeMember(team, "emma-garrett");
    expect(await absences(team)).toEqual([]);
    const ofMember = await call("/api/v1/member_absences/emma-garrett", { headers: team.asTeam });
    await expectError(ofMember, 410, "gone");
  });

  test("No team reads the absences of another, of its own account or of another one", async () => {
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    await addAbsence(team, { date: "2018-02-07" });
    for (const stranger of [await mintTeam(), await mintTeam({ accountId: team.accountId })]) {
      expect(await absences(stranger)).toEqual([]);
      expect(await teamDates(stranger)).toEqual([]);
      await expect(datesOf(stranger, "emma-garrett")).rejects.toThrow("404");
    }
  });

  test("A person on two teams of an account is absent on the one where it was set", async () => {
    const other = await mintTeam({ accountId: team.accountId });
    await addMember(other, { email: "emma.garrett@x.test", name: "Emma Garrett" });
    await addAbsence(team, { date: TODAY }, "emma-garrett");
    expect(await datesOf(other, "emma-garrett")).toEqual([]);
    expect((await getMember(other, "emma-garrett")).absent_dates).toEqual([]);
  });

  test.each(["from=yesterday", "to=2018-02-30", "page=0"])(
    "A bad parameter is a 400 that names it: %s",
    async (query) => {
      for (const path of ["/member_absences", "/member_absences/emma-garrett", "/team_absences"]) {
        await expect(get(team, `${path}?${query}`)).rejects.toThrow(`"path":"${query.split("=")[0]}"`);
      }
    },
  );
});
