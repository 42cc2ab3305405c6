import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completedIds, isMet, metrics, type Turnout } from "../../../src/checkins/reports/metrics.ts";

const pending = (over: Partial<Turnout> = {}): Turnout => ({
  personId: crypto.randomUUID(),
  ...{ id: "p", completedAt: null, absent: false, blocked: false, previousCompleted: false },
  ...over,
});
const completed = (over: Partial<Turnout> = {}) => pending({ id: "c", completedAt: 1, ...over });

const none = {
  blocked_count: 0,
  participation_count: 0,
  absent_statuses_count: 0,
  present_statuses_count: 0,
  previous_completed_count: 0,
};

describe("the numbers of a report", () => {
  test.each<[string, Turnout[], Partial<typeof none>]>([
    ["nobody", [], {}],
    ["one who has not checked in", [pending()], { present_statuses_count: 1 }],
    ["one on leave", [pending({ absent: true })], { absent_statuses_count: 1 }],
    ["one who has", [completed()], { present_statuses_count: 1, participation_count: 1 }],
    [
      "one on leave who checks in all the same",
      [completed({ absent: true })],
      { present_statuses_count: 1, participation_count: 1 },
    ],
    [
      "one blocked, and one who met the goals",
      [completed({ blocked: true }), completed({ previousCompleted: true })],
      { present_statuses_count: 2, participation_count: 2, blocked_count: 1, previous_completed_count: 1 },
    ],
    [
      "what pending check-ins might say: it does not count",
      [pending({ blocked: true, previousCompleted: true })],
      { present_statuses_count: 1 },
    ],
    [
      "one who comes to several check-ins by merges",
      [
        completed({ personId: "emma", blocked: true }),
        completed({ personId: "emma", previousCompleted: true }),
        pending({ personId: "emma", absent: true }),
      ],
      { present_statuses_count: 1, participation_count: 1, blocked_count: 1, previous_completed_count: 1 },
    ],
    [
      "the document's report of 2018-02-05",
      [
        ...Array.from({ length: 8 }, (_, n) => completed({ blocked: n < 4, previousCompleted: n >= 2 })),
        pending({ absent: false }),
      ],
      { present_statuses_count: 9, participation_count: 8, blocked_count: 4, previous_completed_count: 6 },
    ],
  ])("of %s", (_, turnout, expected) => {
    expect(metrics(turnout)).toEqual({ ...none, ...expected });
  });

  const people = (turnout: Turnout[]) => turnout.map(({ personId }) => personId);
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
        const numbers = metrics(turnout);
        expect(numbers.present_statuses_count + numbers.absent_statuses_count).toBe(new Set(people(turnout)).size);
        const completed = turnout.filter(({ completedAt }) => completedAt !== null);
        expect(numbers.participation_count).toBe(new Set(people(completed)).size);
        expect(numbers.participation_count).toBeLessThanOrEqual(numbers.present_statuses_count);
        expect(numbers.blocked_count).toBeLessThanOrEqual(numbers.participation_count);
        expect(numbers.previous_completed_count).toBeLessThanOrEqual(numbers.participation_count);
      }),
    );
  });

  test("do not depend on the order of the check-ins", () => {
    fc.assert(
      fc.property(turnouts, (turnout) => {
        expect(metrics(turnout.toReversed())).toEqual(metrics(turnout));
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
  for (const yes of [true, "1", 1]) expect(isMet(yes)).toBe(true);
  for (const no of [false, "0", 0, null, undefined, "", "no", "true"]) expect(isMet(no)).toBe(false);
});
