import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  afterAttempt,
  DISABLED_AFTER_MS,
  RETRY_AFTER_MS,
  retryAfter,
} from "../../../src/subscriptions/webhooks/attempt.ts";

const AT = Date.parse("2026-11-20T12:00:00Z");
const HOUR_MS = 3_600_000;
const answered = (status: number, waitMs: number | null = null): Answer => ({ status, waitMs });
const first = { attempts: 0, failingSince: null };

describe("Delivered or failed", () => {
  test.each([200, 201, 202, 204, 226, 299])("An answer %i counts as delivered", (status) => {
    const before = { attempts: 3, failingSince: AT - 1 };
    const outcome = { nextAttemptAt: null, failingSince: null, disabledAt: null, error: null };
    expect(afterAttempt(before, answered(status), AT)).toEqual(outcome);
  });

  test.each([
    [answered(199), "Answered 199"],
    [answered(300), "Answered 300: redirects are not followed"],
    [answered(304), "Answered 304: redirects are not followed"],
    [answered(399), "Answered 399: redirects are not followed"],
    [answered(400), "Answered 400"],
    [answered(401), "Answered 401"],
    [answered(404), "Answered 404"],
    [answered(429), "Answered 429"],
    [answered(500), "Answered 500"],
    [{ status: null, timedOut: true } as Answer, "No answer within 15 seconds"],
    [{ status: null, timedOut: false } as Answer, "No connection"],
  ])("The answer %j counts as failed: %s", (answer, error) => {
    const outcome = { nextAttemptAt: AT + 5_000, failingSince: AT, disabledAt: null, error };
    expect(afterAttempt(first, answer, AT)).toEqual(outcome);
  });
});

test("The schedule is that of the specification, and ends after more than a day", () => {
  expect(RETRY_AFTER_MS.map((ms) => ms / 1_000)).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400]);
  const waits = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(
    (attempts) => afterAttempt({ attempts, failingSince: AT }, answered(500), AT).nextAttemptAt,
  );
  expect(waits).toEqual([...RETRY_AFTER_MS.map((ms) => AT + ms), null, null]);
});

test("A receiver may ask for a longer wait, up to a limit, and not for a shorter one", () => {
  const next = (seconds: number) => afterAttempt(first, answered(503, seconds * 1_000), AT).nextAttemptAt! - AT;
  expect([0, 4, 6, 3_600, 1e9].map(next)).toEqual([5_000, 5_000, 6_000, HOUR_MS, 14 * HOUR_MS]);
});

test.each([
  [null, null],
  ["", null],
  ["0", 0],
  ["120", 120_000],
  ["-1", null],
  ["1.5", null],
  ["soon", null],
  ["Fri, 20 Nov 2026 12:00:30 GMT", 30_000],
  ["Fri, 20 Nov 2026 11:00:00 GMT", 0],
  ["Friday, 20-Nov-26 12:00:30 GMT", 30_000],
  ["Monday or so", null],
])("Retry-After: %s asks for %s ms", (header, wait) => expect(retryAfter(header, AT)).toBe(wait));

describe("Disabling a webhook", () => {
  test.each([
    ["is disabled at once by 410", first, answered(410), true],
    ["is disabled by a failure five days after the first", failing(DISABLED_AFTER_MS), answered(500), true],
    ["is not disabled by a failure before five days", failing(DISABLED_AFTER_MS - 1), answered(500), false],
    ["is not disabled by a first failure", first, answered(500), false],
    ["is not disabled by a delivery, however late", failing(2 * DISABLED_AFTER_MS), answered(200), false],
    [
      "is disabled by a missing answer after five days",
      failing(DISABLED_AFTER_MS),
      { status: null, timedOut: true } as Answer,
      true,
    ],
  ])("A webhook %s", (_, before, answer, disabled) => {
    const { disabledAt, nextAttemptAt } = afterAttempt(before, answer, AT);
    expect(disabledAt).toBe(disabled ? AT : null);
    if (disabled) expect(nextAttemptAt).toBeNull();
  });

  function failing(forMs: number) {
    return { attempts: 0, failingSince: AT - forMs };
  }
});

test("For any answers at any times, waits, failures and disabling follow the rules", () => {
  const answer = fc.oneof(
    fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      waitMs: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: null }),
    }),
    fc.record({ status: fc.constant(null), timedOut: fc.boolean() }),
  );
  const step = fc.record({ answer, late: fc.integer({ min: 0, max: 20 * HOUR_MS }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let [at, attempts] = [AT, 0];
      let failingSince: number | null = null;
      // The expected state, computed independently from the answers.
      let [firstFailure, isOver]: [number | null, boolean] = [null, false];
      for (const { answer, late } of steps) {
        if (isOver) break;
        const outcome = afterAttempt({ attempts, failingSince }, answer, at);
        const isDelivered = answer.status !== null && answer.status >= 200 && answer.status <= 299;
        firstFailure = isDelivered ? null : (firstFailure ?? at);
        expect(outcome.failingSince).toBe(firstFailure);
        expect(outcome.error === null).toBe(isDelivered);
        const isDead = firstFailure !== null && (answer.status === 410 || at >= firstFailure + DISABLED_AFTER_MS);
        expect(outcome.disabledAt).toBe(isDead ? at : null);
        attempts += 1;
        expect(attempts).toBeLessThanOrEqual(8);
        if (outcome.nextAttemptAt === null) {
          expect(isDelivered || isDead || attempts === 8).toBe(true);
          // The next message begins with its first attempt.
          attempts = 0;
          at += late;
        } else {
          const wait = outcome.nextAttemptAt - at;
          expect(wait).toBeGreaterThanOrEqual(RETRY_AFTER_MS[attempts - 1]!);
          expect(wait).toBeLessThanOrEqual(14 * HOUR_MS);
          at = outcome.nextAttemptAt + late;
        }
        isOver = isDead;
        failingSince = outcome.failingSince;
      }
    }),
  );
});
