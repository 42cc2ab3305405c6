const [SECOND_MS, MINUTE_MS, HOUR_MS] = [1_000, 60_000, 3_600_000];

/** How long a receiver may take to answer (Standard Webhooks, "Request timeouts": 15 to 30 seconds). */
export const TIMEOUT_MS = 15 * SECOND_MS;

/**
 * How long after each failed attempt the next one is due: the schedule of Standard Webhooks, "Deliverability and
 * reliability", up to the one that ends after a day (31 hours 35 minutes in all).
 */
export const RETRY_AFTER_MS: readonly number[] = [
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS],
  ...[2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS],
];

/** The longest of these: a receiver may ask for more time between attempts, but not for ever. */
const MAX_WAIT_MS = 14 * HOUR_MS;

/** Five days of nothing but failures, and nobody is there any more. */
export const DISABLED_AFTER_MS = 5 * 24 * HOUR_MS;

const GONE = 410;

/** How a receiver answered: `status` is null where it did not, and `waitMs` what its `Retry-After` asks for. */
export type Answer = { status: number; waitMs: number | null } | { status: null; timedOut: boolean };

/** A message that was tried, as it was before. */
export type Tried = {
  /** The attempts made before this one. */
  attempts: number;
  /** Since when every attempt has failed; null after a success. */
  failingSince: number | null;
};

/** What an attempt leaves of its message and its webhook. */
export type Outcome = {
  /** When the message is tried next; null when it is done with: delivered, or given up. */
  nextAttemptAt: number | null;
  failingSince: number | null;
  disabledAt: number | null;
  /** Why the attempt counts as failed; null when it does not. */
  error: string | null;
};

/** What becomes of a message, and of the webhook it goes to, after it was tried at `at` (UTC milliseconds). */
export function afterAttempt({ attempts, failingSince }: Tried, answer: Answer, at: number): Outcome {
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

/** Why an answer counts as a failure, in Rollcall's words; null for a delivery. */
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

/** The milliseconds from `now` that a `Retry-After` header asks for (RFC 9110 section 10.2.3); null where it says nothing. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header) * SECOND_MS;
  // A date of HTTP begins with the day of the week; Date.parse would make something of a bare "-1" too.
  const at = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
