import type { Database } from "../../db/client.ts";
import { webhookHeaders } from "../../lib/webhook.ts";
import { type Answer, afterAttempt, retryAfter, TIMEOUT_MS } from "./attempt.ts";
import { type Attempt, claimDue, type DueMessage, isAnyDue, saveAttempts } from "./delivery_store.ts";
import { snapshotUpdated } from "./message.ts";
import { secretOf, signingKey } from "./secret.ts";

/** Messages sent in one run: with the objects that the same run of cron wakes, below the platform's 1,000 calls. */
const AT_MOST = 90;
/** Calls under way at once: the platform lets six wait for their headers. */
const AT_ONCE = 6;
/** Longer than a run in which nobody answers: 90 messages, six at a time, 15 s each. */
const CLAIMED_FOR_MS = 10 * 60_000;

/**
 * Sends the webhook messages that are due, signed, each to its one URL, and writes down what came of them. `now`, in UTC
 * milliseconds, says what is due and when it is tried again; a signature carries the time it is made at.
 */
export async function deliverWebhooks(env: Env, db: Database, now: number, send: typeof fetch = fetch): Promise<void> {
  const key = signingKey(env);
  if (key === null) {
    if (await isAnyDue(db, now)) console.error("webhooks: messages wait for the secret WEBHOOK_SIGNING_KEY");
    return;
  }
  const due = await claimDue(db, now, now + CLAIMED_FOR_MS, AT_MOST);
  const attempts: Attempt[] = [];
  const queue = due.values();
  const lag = now - Date.now();
  const work = async () => {
    for (const message of queue) attempts.push(await attempt(message, key, lag, send));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await saveAttempts(db, attempts);
}

/** Tries to deliver a message; `lag` is how far the run's time is ahead of the clock. */
async function attempt(message: DueMessage, key: string, lag: number, send: typeof fetch): Promise<Attempt> {
  const { subscriptionId, secretVersion, messageId, attempts, url } = message;
  const began = Date.now();
  const body = JSON.stringify(snapshotUpdated(message.told, message.queuedAt));
  const headers = webhookHeaders(secretOf(key, message), messageId, began, body);
  const answer = await post(url, headers, body, send);
  const ended = Date.now();
  return {
    ...{ subscriptionId, secretVersion, messageId, attempts },
    ...afterAttempt(message, answer, ended + lag),
    ...{ attemptedAt: began + lag, durationMs: ended - began, statusCode: answer.status },
  };
}

async function post(url: string, headers: Record<string, string>, body: string, send: typeof fetch): Promise<Answer> {
  try {
    const response = await send(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "User-Agent": "Rollcall", ...headers },
      body,
      // Wherever a redirect leads, nobody has checked it.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Only the status counts: a receiver could go on talking for ever, or break off, which makes a cancel fail.
    await response.body?.cancel().catch(() => {});
    return { status: response.status, waitMs: retryAfter(response.headers.get("Retry-After"), Date.now()) };
  } catch (error) {
    return { status: null, timedOut: error instanceof Error && error.name === "TimeoutError" };
  }
}
