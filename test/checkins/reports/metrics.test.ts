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

describe("the metrics of a report", () => {
  test.each<[string, ReportEntry[], Partial<typeof none>]>([
    ["no check-ins", [], {}],
    ["one pending check-in", [pending()], { present: 1 }],
    ["one absent member", [pending({ absent: true })], { absent: 1 }],
    ["one completed check-in", [completed()], { present: 1, participation: 1 }],
    ["one absent member who checks in", [completed({ absent: true })], { present: 1, participation: 1 }],
    [
      "one blocked check-in, and one with the goals met",
      [completed({ blocked: true }), completed({ previousCompleted: true })],
      { present: 2, participation: 2, blocked: 1, previousCompleted: 1 },
    ],
    [
      "answers of a pending check-in, which do not count",
      [pending({ blocked: true, previousCompleted: true })],
      { present: 1 },
    ],
    [
      "several check-ins of one merged person",
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
  ])("The numbers are right for %s", (_, entries, expected) => {
    expect(reportMetrics(entries)).toEqual({ ...none, ...expected });
  });

  const people = (entries: ReportEntry[]) => entries.map(({ personId }) => personId);
  const entryLists = fc.array(
    fc.record({
      id: fc.uuid(),
      personId: fc.constantFrom("ann", "ben", "cat"),
      completedAt: fc.option(fc.integer({ min: 0, max: 5 })),
      absent: fc.boolean(),
      blocked: fc.boolean(),
      previousCompleted: fc.boolean(),
    }),
  );

  test("Present and absent people add up to all people, and only completed check-ins count as anything else", () => {
    fc.assert(
      fc.property(entryLists, (entries) => {
        const numbers = reportMetrics(entries);
        expect(numbers.present + numbers.absent).toBe(new Set(people(entries)).size);
        const completed = entries.filter(({ completedAt }) => completedAt !== null);
        expect(numbers.participation).toBe(new Set(people(completed)).size);
        expect(numbers.participation).toBeLessThanOrEqual(numbers.present);
        expect(numbers.blocked).toBeLessThanOrEqual(numbers.participation);
        expect(numbers.previousCompleted).toBeLessThanOrEqual(numbers.participation);
      }),
    );
  });

  test("The numbers do not depend on the order of the check-ins", () => {
    fc.assert(
      fc.property(entryLists, (entries) => {
        expect(reportMetrics(entries.toReversed())).toEqual(reportMetrics(entries));
        expect(completedIds(entries.toReversed())).toEqual(completedIds(entries));
      }),
    );
  });
});

test("Completed check-ins are listed the latest first, and by id at the same time", () => {
  const entries = [
    completed({ id: "b", completedAt: 5 }),
    pending({ id: "x" }),
    completed({ id: "a", completedAt: 5 }),
    completed({ id: "c", completedAt: 9 }),
  ];
  expect(completedIds(entries)).toEqual(["c", "a", "b"]);
});

test("Goals are met by each form of yes that imported history has, and by nothing else", () => {
  for (const yes of [true, "1", 1]) expect(areGoalsMet(yes)).toBe(true);
  for (const no of [false, "0", 0, null, undefined, "", "no", "true"]) expect(areGoalsMet(no)).toBe(false);
});
