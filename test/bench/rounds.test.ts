import { expect, test } from "vitest";
import { interleave, median, percentile, ratioOf } from "./rounds.ts";

test("The median is the middle number, or the mean of the middle two", () => {
  expect(median([3, 1, 200])).toBe(3);
  expect(median([4, 1, 2, 200])).toBe(3);
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow("no numbers");
});

test("A percentile is one of the numbers, by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([5, 9], 0)).toBe(5);
});

test("A ratio compares two variants round by round, so that a slow round favours neither", () => {
  expect(ratioOf([90, 9, 80], [100, 10, 100])).toBe(0.9);
  expect(() => ratioOf([1], [1, 2])).toThrow("same rounds");
});

test("After a warm-up round, the variants take turns, and each is first once", async () => {
  const order: string[] = [];
  const variant = (name: string) => async () => order.push(name);
  const results = await interleave(3, { a: variant("a"), b: variant("b"), c: variant("c") });
  expect(order.join("")).toBe("abc" + "abc" + "bca" + "cab");
  expect(results).toEqual({ a: [4, 9, 11], b: [5, 7, 12], c: [6, 8, 10] });
});
