import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../lib/duration.ts";

/** How long a receiver may take to answer (Standard Webhooks, "Request timeouts": 15 to 30 seconds). */
export const TIMEOUT_MS = 15 * SECOND_MS;

/**
 * How long after each failed attempt the next one is due: the schedule of Standard Webhooks, "Deliverability and
 * reliability", up to the wait that ends after more than a day (31 hours 35 minutes in all).
 */
export const RETRY_AFTER_MS: readonly number[] = [
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS],
  ...[2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS],
];

/** The longest wait that a receiver may ask for: the longest of the schedule. */
const MAX_WAIT_MS = 14 * HOUR_MS;

/** A webhook whose attempts have all failed for five days is disabled. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;

const GONE = 410;

/** The answer of a receiver. `status` is null without an answer; `waitMs` is what `Retry-After` asks for. */
export type Answer = { status: number; waitMs: number | null } | { status: null; timedOut: boolean };

/** The state of a message and its webhook before an attempt. */
export type BeforeAttempt = {
  /** Attempts made before this one. */
  attempts: number;
  /** Since when every attempt has failed; null after a success. */
  failingSince: number | null;
};

/** The state of a message and its webhook after an attempt. */
export type Outcome = {
  /** When the message is tried next; null where it was delivered or given up. */
  nextAttemptAt: number | null;
  failingSince: number | null;
  disabledAt: number | null;
  /** Why the attempt counts as failed; null where the message was delivered. */
  error: string | null;
};

/** Decides what follows from an answer at `at` (UTC milliseconds): delivered, tried again, given up, or disabled. */
export function afterAttempt({ attempts, failingSince }: BeforeAttempt, answer: Answer, at: number): Outcome {
  const error = failure(answer);
  if (error === null) return { nextAttemptAt: null, failingSince: null, disabledAt: null, error };
  const since = failingSince ?? at;
  if (answer.status === GONE || at - since >= DISABLED_AFTER_MS) {
    return { nextAttemptAt: null, failingSince: since, disabledAt: at, error };
  }
  const wait = RETRY_AFTER_MS[attempts];
  const asked = answer.status === null ? 0 : Math.min(answer.waitMs ?? 0, MAX_WAIT_MS);
  const nextAttemptAt = wait === undefined ? null : at + Math.max(wait, asked);
  return { nextAttemptAt, failingSince: since, disabledAt: null, error };
}

/** Says why an answer counts as a failure; null where the message was delivered. */
function failure(answer: Answer): string | null {
  if (answer.status === null) {
    return answer.timedOut ? `No answer within ${TIMEOUT_MS / SECOND_MS} seconds` : "No connection";
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) return `Answered ${status}: redirects are not followed`;
  if (status === GONE) return "Answered 410: the receiver wants no more messages";
  return `Answered ${status}`;
}

/** Reads the milliseconds from `now` that `Retry-After` asks for (RFC 9110 section 10.2.3); null for any other text. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * SECOND_MS;
  // An HTTP date begins with the day of the week. Date.parse alone would read "-1" as a date too.
  const at = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
