import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completedIds, type ReportEntry, reportMetrics } from "../../../src/checkins/reports/metrics.ts";
import { areGoalsMet } from "../../../src/checkins/statuses/checkin.ts";

const pending = (over: Partial<ReportEntry> = {}): ReportEntry => ({
  personId: crypto.randomUUID(),
  ...{ id: "p", completedAt: null, absent: false, blocked: false, previousCompleted: false },
  ...over,
});
const completed = (over: Partial<ReportEntry> = {}) => pending({ id: "c", completedAt: 1, ...over });

const none = {
  blocked: 0,
  participation: 0,
  absent: 0,
  present: 0,
  previousCompleted: 0,
};

describe("the numbers of a report", () => {
  test.each<[string, ReportEntry[], Partial<typeof none>]>([
    ["nobody", [], {}],
    ["one who has not checked in", [pending()], { present: 1 }],
    ["one on leave", [pending({ absent: true })], { absent: 1 }],
    ["one who has", [completed()], { present: 1, participation: 1 }],
    ["one on leave who checks in all the same", [completed({ absent: true })], { present: 1, participation: 1 }],
    [
      "one blocked, and one who met the goals",
      [completed({ blocked: true }), completed({ previousCompleted: true })],
      { present: 2, participation: 2, blocked: 1, previousCompleted: 1 },
    ],
    [
      "what pending check-ins might say: it does not count",
      [pending({ blocked: true, previousCompleted: true })],
      { present: 1 },
    ],
    [
      "one who comes to several check-ins by merges",
      [
        completed({ personId: "emma", blocked: true }),
        completed({ personId: "emma", previousCompleted: true }),
        pending({ personId: "emma", absent: true }),
      ],
      { present: 1, participation: 1, blocked: 1, previousCompleted: 1 },
    ],
    [
      "the document's report of 2018-02-05",
      [
        ...Array.from({ length: 8 }, (_, n) => completed({ blocked: n < 4, previousCompleted: n >= 2 })),
        pending({ absent: false }),
      ],
      { present: 9, participation: 8, blocked: 4, previousCompleted: 6 },
    ],
  ])("of %s", (_, turnout, expected) => {
    expect(reportMetrics(turnout)).toEqual({ ...none, ...expected });
  });

  const people = (turnout: ReportEntry[]) => turnout.map(({ personId }) => personId);
  const turnouts = fc.array(
    fc.record({
      id: fc.uuid(),
      personId: fc.constantFrom("ann", "ben", "cat"),
      completedAt: fc.option(fc.integer({ min: 0, max: 5 })),
      absent: fc.boolean(),
      blocked: fc.boolean(),
      previousCompleted: fc.boolean(),
    }),
  );

  test("always add up: present and absent are all people, and nobody counts who has not checked in", () => {
    fc.assert(
      fc.property(turnouts, (turnout) => {
        const numbers = reportMetrics(turnout);
        expect(numbers.present + numbers.absent).toBe(new Set(people(turnout)).size);
        const completed = turnout.filter(({ completedAt }) => completedAt !== null);
        expect(numbers.participation).toBe(new Set(people(completed)).size);
        expect(numbers.participation).toBeLessThanOrEqual(numbers.present);
        expect(numbers.blocked).toBeLessThanOrEqual(numbers.participation);
        expect(numbers.previousCompleted).toBeLessThanOrEqual(numbers.participation);
      }),
    );
  });

  test("do not depend on the order of the check-ins", () => {
    fc.assert(
      fc.property(turnouts, (turnout) => {
        expect(reportMetrics(turnout.toReversed())).toEqual(reportMetrics(turnout));
        expect(completedIds(turnout.toReversed())).toEqual(completedIds(turnout));
      }),
    );
  });
});

test("completed check-ins come the latest first, and by id where they came at once", () => {
  const turnout = [
    completed({ id: "b", completedAt: 5 }),
    pending({ id: "x" }),
    completed({ id: "a", completedAt: 5 }),
    completed({ id: "c", completedAt: 9 }),
  ];
  expect(completedIds(turnout)).toEqual(["c", "a", "b"]);
});

test("goals are met by a yes in each way in which imported history says it, and by nothing else", () => {
  for (const yes of [true, "1", 1]) expect(areGoalsMet(yes)).toBe(true);
  for (const no of [false, "0", 0, null, undefined, "", "no", "true"]) expect(areGoalsMet(no)).toBe(false);
});
