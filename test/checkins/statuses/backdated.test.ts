import { afterAll, beforeEach, expect, test, vi } from "vitest";
import {
  clockAt,
  get,
  mintMembers,
  postAnswers,
  putAnswers,
  read,
  type Status,
  statuses,
} from "../../support/checkins.ts";
import { expectError } from "../../support/error.ts";
import { changeMember } from "../../support/members.ts";
import { insertTeamAbsences, mintTeamOf, report, reports, storedReports } from "../../support/reports.ts";
import { mintTeam } from "../../support/team.ts";

afterAll(() => {
  vi.useRealTimers();
});

let team: Awaited<ReturnType<typeof mintTeamOf>>;

/** A team in Los Angeles, where it is Monday 2018-02-05 although UTC has Tuesday. It has no report. */
beforeEach(async () => {
  clockAt("2018-02-06T05:00:00Z");
  team = await mintTeamOf({ timeZone: "America/Los_Angeles" });
});

const submit = async (date: unknown, code = 201) =>
  (await read<{ status: Status }>(postAnswers(team, "emma-garrett", { next: `Of ${date}` }, date), code)).status;

test("A check-in of a past work day creates its report, with a pending check-in of each other member", async () => {
  const made = await submit("2018-01-31");
  expect(made).toMatchObject({
    ...{ slug: "2018-01-31-emma-garrett", report_date: "2018-01-31", answers: { next: "Of 2018-01-31" } },
    ...{ completed_at: "2018-02-06T05:00:00Z", created_at: "2018-02-06T05:00:00Z" },
  });
  expect(await report(team, "2018-01-31")).toMatchObject({
    ...{ id: made.report_id, completed_status_ids: [made.id] },
    questions: { previous: "What did you accomplish yesterday?" },
    metrics: { participation_count: 1, present_statuses_count: 2 },
  });
  expect((await statuses(team)).find(({ slug }) => slug === "2018-01-31-hugh-oliver")).toMatchObject({
    completed_at: null,
  });
  expect((await storedReports(team)).map(({ date }) => date)).toEqual(["2018-01-31", "2018-02-05"]);
});

test("A check-in of a past day is changed by the next answers: 201, then 200", async () => {
  const [first, second] = [await submit("2018-02-02"), await submit("2018-02-02", 200)];
  expect(second).toMatchObject({ id: first.id, completed_at: first.completed_at });
});

test("Today by name is the same as no date", async () => {
  const made = await submit("2018-02-05");
  const edited = await read<{ status: Status }>(postAnswers(team, "emma-garrett", { previous: "x" }));
  expect(edited.status.id).toBe(made.id);
});

test.each(["2018-02-06", "2018-01-04", "2017-02-05", "2018-02-30", "yesterday", 20180205, null, ""])(
  "A date that is not today or one of the last 31 days, in the team's zone, is a 400 that names it: %j",
  async (date) => {
    const { issues } = await expectError(
      await postAnswers(team, "emma-garrett", { next: "x" }, date),
      400,
      "bad_request",
    );
    expect(issues!.map(({ path }) => path)).toEqual(["date"]);
    expect(await storedReports(team)).toEqual([]);
  },
);

test("The first of the last 31 days is accepted", async () => {
  expect((await submit("2018-01-05")).report_date).toBe("2018-01-05");
});

test("A day on which the team did not work is a 409 that says so, and gets no report", async () => {
  await insertTeamAbsences(team, "2018-02-01");
  for (const date of ["2018-02-04", "2018-02-01"]) {
    const { error } = await expectError(await postAnswers(team, "emma-garrett", { next: "x" }, date), 409, "conflict");
    expect(error).toBe(`There is no report of ${date}: the team did not work`);
  }
  expect(await storedReports(team)).toEqual([]);
});

test("A report that kept its answers on a later holiday takes answers still", async () => {
  await submit("2018-02-01");
  await insertTeamAbsences(team, "2018-02-01");
  await submit("2018-02-01", 200);
});

test("An observer has no check-in of a past day", async () => {
  await changeMember(team, "emma-garrett", { role: "observer" });
  const { error } = await expectError(
    await postAnswers(team, "emma-garrett", { next: "x" }, "2018-02-02"),
    409,
    "conflict",
  );
  expect(error).toBe("Emma Garrett is not expected to check in");
});

test("A person who joined later gets the one check-in that they report, and no other", async () => {
  await submit("2018-01-31");
  await submit("2018-02-01");
  await get(team, "/reports");
  const { people: _, ...rest } = team;
  await mintMembers(rest, "Zoe Late");
  await read(postAnswers(team, "zoe-late", { next: "x" }, "2018-01-31"), 201);
  const hers = (await statuses(team)).filter(({ slug }) => slug.endsWith("zoe-late"));
  expect(hers.map(({ report_date }) => report_date)).toEqual(["2018-01-31"]);
  expect((await report(team, "2018-01-31")).metrics).toMatchObject({
    ...{ participation_count: 2, present_statuses_count: 3 },
  });
});

test("Of many check-ins of one past day at once, one report is made", async () => {
  const sent = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      postAnswers(team, n % 2 ? "emma-garrett" : "hugh-oliver", { next: `${n}` }, "2018-02-02"),
    ),
  );
  expect(sent.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 201, 201]);
  expect((await reports(team)).map(({ date }) => date)).toEqual(["2018-02-05", "2018-02-02"]);
});

test("Another team's member is a 404, and nothing is made", async () => {
  for (const stranger of [await mintTeam(), await mintTeam({ accountId: team.accountId })]) {
    await expectError(await postAnswers(stranger, "emma-garrett", { next: "x" }, "2018-02-02"), 404, "not_found");
    expect(await storedReports(stranger)).toEqual([]);
  }
  await expectError(await putAnswers(team, "2018-02-02-emma-garrett", { next: "x" }), 404, "not_found");
});
