import { expect, test } from "vitest";
import { snapshotBody } from "../../src/subscriptions/subscription.ts";

test("Hours are rounded once, at the end, to two decimals", () => {
  const numbers = { totalActivities: 3, completedActivities: 2, workMs: 5_417_999 };
  expect(snapshotBody(numbers)).toEqual({ total_activities: 3, completed_activities: 2, hours_logged: 1.5 });
  const none = { totalActivities: 0, completedActivities: 0, workMs: 0 };
  expect(snapshotBody(none)).toEqual({ total_activities: 0, completed_activities: 0, hours_logged: 0 });
  expect([17_999, 18_000].map((workMs) => snapshotBody({ ...none, workMs }).hours_logged)).toEqual([0, 0.01]);
});
