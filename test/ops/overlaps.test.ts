import { expect, test } from "vitest";
import { findOverlaps } from "../../.ops/import/lines/overlaps.ts";

const period = (number: number, start: number, end: number, stream = "a") => ({ number, stream, start, end });
const bad = (...periods: ReturnType<typeof period>[]) => findOverlaps(periods).map(({ number }) => number);

test("Periods that touch, that belong to other streams, or that come in any order do not overlap", () => {
  expect(bad(period(1, 20, 30), period(2, 10, 20), period(3, 15, 25, "b"))).toEqual([]);
  expect(bad(period(1, 10, 10), period(2, 11, 11))).toEqual([]);
});

test("Of periods that overlap, only those that start later are problems", () => {
  expect(bad(period(1, 10, 30), period(2, 20, 40), period(3, 30, 50))).toEqual([2]);
  expect(findOverlaps([period(7, 10, 30), period(9, 20, 20)])).toEqual([
    { number: 9, reason: "overlaps the block of line 7" },
  ]);
});

test("Of periods that start at the same time, only the one of the first line is imported", () => {
  expect(bad(period(1, 10, 10), period(2, 10, 20))).toEqual([2]);
});
