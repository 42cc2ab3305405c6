import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clockAt, get, read } from "../support/checkins.ts";
import { expectError } from "../support/error.ts";
import { getMember } from "../support/members.ts";
import { reports } from "../support/reports.ts";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";

let team: Team;
beforeEach(async () => {
  team = await mintTeam({ timeZone: "Europe/London" });
});
afterEach(() => vi.useRealTimers());

const ask = (body: unknown, as = team) =>
  call("/api/v1/team", { method: "PATCH", headers: as.asTeam, body: body as object });
const change = (body: unknown) => read<Record<string, unknown>>(ask(body));
const settings = () => get<Record<string, unknown>>(team, "/team");

const USUAL = {
  next: "What are your goals for today?",
  blockers: "Any obstacles impeding your progress?",
  previous: "What did you accomplish {previous_day}?",
  previous_completed: "Did you meet {previous_day}'s goals?",
};

test("A new team has the usual settings", async () => {
  expect(await settings()).toEqual({
    ...{ id: team.teamId, slug: `team-${team.teamId}`, name: "Test", time_zone: "Europe/London" },
    ...{ work_days: [1, 2, 3, 4, 5], questions: USUAL, status_classes: {}, stores_details: true },
    ...{ retention_days: null, new_identities_per_day: 2_000 },
  });
});

describe("a change of settings", () => {
  test("Only the given settings change, and the answer shows all of them", async () => {
    const before = await settings();
    const other = await mintTeam();
    const theirs = await get(other, "/team");
    let expected = before;
    for (const [given, shown] of [
      [{ name: " Beta " }, { name: "Beta" }],
      [{ time_zone: "Asia/Tokyo" }, { time_zone: "Asia/Tokyo" }],
      [{ time_zone: "Pacific Time (US & Canada)" }, { time_zone: "America/Los_Angeles" }],
      [{ work_days: [4, 7, 1] }, { work_days: [1, 4, 7] }],
      [{ questions: { next: "Next?" } }, { questions: { ...USUAL, next: "Next?" } }],
      [{ questions: { blockers: "Stuck?" } }, { questions: { ...USUAL, next: "Next?", blockers: "Stuck?" } }],
      [{ questions: { next: null, previous: null } }, { questions: { ...USUAL, blockers: "Stuck?" } }],
      [{ status_classes: { Lunch: "working" } }, { status_classes: { lunch: "working" } }],
      [
        { status_classes: { "Deep-Work ": "not_working" } },
        { status_classes: { lunch: "working", "deep work": "not_working" } },
      ],
      [{ status_classes: { LUNCH: null, away: null } }, { status_classes: { "deep work": "not_working" } }],
      [{ stores_details: false }, { stores_details: false }],
      [{ new_identities_per_day: 0 }, { new_identities_per_day: 0 }],
      [{ new_identities_per_day: 100_000 }, { new_identities_per_day: 100_000 }],
      [
        { name: "Gamma", work_days: [7], questions: {}, status_classes: {} },
        { name: "Gamma", work_days: [7] },
      ],
    ]) {
      expected = { ...expected, ...shown };
      expect(await change(given)).toEqual(expected);
      expect(await settings()).toEqual(expected);
    }
    expect(await get(other, "/team")).toEqual(theirs);
  });

  test.each<[unknown, string]>([
    [{ name: "" }, "name"],
    [{ new_identities_per_day: -1 }, "new_identities_per_day"],
    [{ new_identities_per_day: 100_001 }, "new_identities_per_day"],
    [{ new_identities_per_day: null }, "new_identities_per_day"],
    [{ name: "x".repeat(101) }, "name"],
    [{ time_zone: "PST" }, "time_zone"],
    [{ time_zone: null }, "time_zone"],
    [{ work_days: [] }, "work_days"],
    [{ work_days: [0] }, "work_days[0]"],
    [{ work_days: [1, 8] }, "work_days[1]"],
    [{ work_days: [1, 1] }, "work_days"],
    [{ work_days: "Monday" }, "work_days"],
    [{ questions: { next: "" } }, "questions.next"],
    [{ questions: { next: "?".repeat(501) } }, "questions.next"],
    [{ questions: { mood: "How are you?" } }, "questions.mood"],
    [{ questions: null }, "questions"],
    [{ status_classes: { lunch: true } }, "status_classes.lunch"],
    [{ status_classes: { lunch: "toString" } }, "status_classes.lunch"],
    [{ status_classes: { " -_- ": "working" } }, "status_classes. -_- "],
    [{ status_classes: { ["x".repeat(65)]: "working" } }, `status_classes.${"x".repeat(65)}`],
    [{ status_classes: { "be-right-back": "working", be_right_back: "not_working" } }, "status_classes.be_right_back"],
    [{ status_classes: ["lunch"] }, "status_classes"],
    [{ slug: "other" }, "slug"],
    [{}, ""],
  ])("The invalid change %j is refused, and the answer names the field", async (body, path) => {
    const before = await settings();
    const { issues } = await expectError(await ask(body), 400, "bad_request");
    expect(issues![0]!.path).toBe(path);
    expect(await settings()).toEqual(before);
  });

  test("A team has at most 200 classes of its own", async () => {
    const classes = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, n) => [`status ${from + n}`, "working"]));
    await change({ status_classes: classes(0, 200) });
    const { issues } = await expectError(await ask({ status_classes: classes(200, 201) }), 400, "bad_request");
    expect(issues![0]!.path).toBe("status_classes");
    await change({ status_classes: { ...classes(200, 201), "status 0": null } });
  });

  test("Several changes at the same time do not exceed 200 classes, and a refused one changes nothing", async () => {
    const classes = (of: string) => Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${of} ${n}`, "working"]));
    const answers = await Promise.all(
      ["a", "b", "c", "d", "e"].map((of) => ask({ name: `Team ${of}`, status_classes: classes(of) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 400, 400]);
    const before = await settings();
    expect(Object.keys(before.status_classes as object)).toHaveLength(180);
    await expectError(await ask({ name: "No", status_classes: classes("f") }), 400, "bad_request");
    expect(await settings()).toEqual(before);
  });

  test("Several changes of classes at the same time are all kept", async () => {
    const words = ["a", "b", "c", "d", "e"];
    await Promise.all(words.map((word) => change({ status_classes: { [word]: "working" } })));
    expect(Object.keys((await settings()).status_classes as object).sort()).toEqual(words);
  });

  test("A new time zone applies to members without their own", async () => {
    const emma = await mintPerson(team, { name: "Emma" });
    await change({ time_zone: "Asia/Tokyo" });
    expect((await getMember(team, emma)).user.time_zone).toBe("Tokyo");
  });

  test("New questions and work days apply from the next report on", async () => {
    clockAt("2018-02-05T12:00:00Z");
    await mintPerson(team, { name: "Emma" });
    const [monday] = await reports(team);
    await change({ questions: { next: "Today?", previous: "And {previous_day}?" }, work_days: [1, 3] });
    clockAt("2018-02-06T12:00:00Z");
    expect(await reports(team)).toEqual([monday]);
    clockAt("2018-02-07T12:00:00Z");
    const [wednesday, ...earlier] = await reports(team);
    expect(earlier).toEqual([monday]);
    expect(wednesday!.questions).toEqual({
      ...{ next: "Today?", blockers: USUAL.blockers },
      ...{ previous: "And Monday?", previous_completed: "Did you meet Monday's goals?" },
    });
  });
});
