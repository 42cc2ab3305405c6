import { describe, expect, test } from "vitest";
import { CHECKPOINT_MS, clampToNow, nextWake, retryDelay } from "../../../src/presence/object/wake_time.ts";

/** D1 answers, and there is nothing it has not heard. */
const idle = { hasUnsent: false, retryAt: 0 };

describe("the next wake-up", () => {
  test("is never, with nothing open and nothing to send", () => {
    expect(nextWake({ timeoutAt: null, ...idle, checkpointAt: 5 })).toBeNull();
  });

  test("is when the first block is over: one millisecond past its timeout, for equality still extends", () => {
    expect(nextWake({ timeoutAt: 140, ...idle, checkpointAt: 9_999 })).toBe(141);
  });

  test("is the checkpoint while any block is open", () => {
    expect(nextWake({ timeoutAt: 150, ...idle, checkpointAt: 120 })).toBe(120);
    expect(nextWake({ timeoutAt: 150, hasUnsent: true, retryAt: 130, checkpointAt: 120 })).toBe(130);
  });

  test("is never for D1 before it may be asked again, be a checkpoint overdue or not", () => {
    expect(nextWake({ timeoutAt: 150, hasUnsent: false, retryAt: 140, checkpointAt: 120 })).toBe(140);
    expect(nextWake({ timeoutAt: 150, hasUnsent: true, retryAt: 300, checkpointAt: 120 })).toBe(151);
  });

  test("is when the outbox may be sent, whatever is open", () => {
    expect(nextWake({ timeoutAt: null, hasUnsent: true, retryAt: 70, checkpointAt: 5 })).toBe(70);
    expect(nextWake({ timeoutAt: 150, hasUnsent: true, retryAt: 70, checkpointAt: 200 })).toBe(70);
    expect(nextWake({ timeoutAt: null, hasUnsent: true, retryAt: 0, checkpointAt: 5 })).toBe(0);
  });
});

test("a checkpoint leaves a minute of the promised 15 for reaching D1", () => {
  expect(CHECKPOINT_MS).toBe(14 * 60_000);
});

test("tries come ever further apart, but never more than half a minute", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1_000, 5_000].map(retryDelay)).toEqual(
    [1, 2, 4, 8, 16, 30, 30, 30, 30].map((seconds) => seconds * 1_000),
  );
});

test("a deadline further off than it was ever set is due: the clock has been put back", () => {
  expect([90, 150, 151, 9_000].map((deadline) => clampToNow(deadline, 100, 50))).toEqual([90, 150, 100, 100]);
});
