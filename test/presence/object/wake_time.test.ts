import { describe, expect, test } from "vitest";
import { CHECKPOINT_MS, clampToNow, nextWake, retryDelay } from "../../../src/presence/object/wake_time.ts";

/** D1 answers, and nothing waits to be sent. */
const idle = { hasUnsent: false, retryAt: 0, keyExpiresAt: null };

describe("The next wake time", () => {
  test("There is none with no open block and nothing to send", () => {
    expect(nextWake({ timeoutAt: null, ...idle, checkpointAt: 5 })).toBeNull();
  });

  test("It is one millisecond after the first timeout, because a gap of exactly the timeout extends the block", () => {
    expect(nextWake({ timeoutAt: 140, ...idle, checkpointAt: 9_999 })).toBe(141);
  });

  test("It is the checkpoint if a block is open and nothing comes before", () => {
    expect(nextWake({ timeoutAt: 150, ...idle, checkpointAt: 120 })).toBe(120);
    expect(nextWake({ timeoutAt: 150, hasUnsent: true, retryAt: 130, checkpointAt: 120, keyExpiresAt: null })).toBe(
      130,
    );
  });

  test("Neither the outbox nor an overdue checkpoint wakes the object before D1 may be asked again", () => {
    expect(nextWake({ timeoutAt: 150, hasUnsent: false, retryAt: 140, checkpointAt: 120, keyExpiresAt: null })).toBe(
      140,
    );
    expect(nextWake({ timeoutAt: 150, hasUnsent: true, retryAt: 300, checkpointAt: 120, keyExpiresAt: null })).toBe(
      151,
    );
  });

  test("It is when a key of a live socket expires, also with nothing else to do", () => {
    expect(nextWake({ timeoutAt: null, ...idle, checkpointAt: 0, keyExpiresAt: 70 })).toBe(70);
    expect(nextWake({ timeoutAt: 150, ...idle, checkpointAt: 120, keyExpiresAt: 70 })).toBe(70);
    expect(nextWake({ timeoutAt: 150, ...idle, checkpointAt: 120, keyExpiresAt: 130 })).toBe(120);
  });

  test("It is the time of the next try if blocks wait to be sent", () => {
    expect(nextWake({ timeoutAt: null, hasUnsent: true, retryAt: 70, checkpointAt: 5, keyExpiresAt: null })).toBe(70);
    expect(nextWake({ timeoutAt: 150, hasUnsent: true, retryAt: 70, checkpointAt: 200, keyExpiresAt: null })).toBe(70);
    expect(nextWake({ timeoutAt: null, hasUnsent: true, retryAt: 0, checkpointAt: 5, keyExpiresAt: null })).toBe(0);
  });
});

test("A checkpoint every 14 minutes leaves a minute of the promised 15 to reach D1", () => {
  expect(CHECKPOINT_MS).toBe(14 * 60_000);
});

test("The wait after each failure doubles, up to 30 seconds", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1_000, 5_000].map(retryDelay)).toEqual(
    [1, 2, 4, 8, 16, 30, 30, 30, 30].map((seconds) => seconds * 1_000),
  );
});

test("A deadline further ahead than it can be set is due now, because the clock was put back", () => {
  expect([90, 150, 151, 9_000].map((deadline) => clampToNow(deadline, 100, 50))).toEqual([90, 150, 100, 100]);
});
