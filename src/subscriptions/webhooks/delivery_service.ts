import type { SystemContext } from "../../auth/actor.ts";
import { forEachInTurns } from "../../lib/concurrency.ts";
import { MINUTE_MS } from "../../lib/duration.ts";
import { webhookHeaders } from "../../lib/webhook.ts";
import { type Answer, afterAttempt } from "./attempt.ts";
import { type Attempt, claimDue, type DueMessage, isAnyDue, saveAttempts } from "./delivery_store.ts";
import { snapshotUpdated } from "./message.ts";
import { signingSecrets } from "./secret.ts";

/** Messages sent in one run. With the objects that the same run of cron wakes, they stay below the platform's 1,000 calls. */
const MAX_MESSAGES = 90;

/** Longer than a run in which no receiver answers: 90 messages, six at a time, 15 s each. */
const CLAIM_MS = 10 * MINUTE_MS;

/** How messages are sent, and the clock for durations and signatures, in UTC milliseconds. */
export type Transport = {
  post: (url: string, headers: Record<string, string>, body: string) => Promise<Answer>;
  clock: () => number;
};

/** Whether any message is due. */
export const hasDueMessages = ({ db, now }: Pick<SystemContext, "db" | "now">): Promise<boolean> => isAnyDue(db, now);

/**
 * Sends the messages that are due, of all teams, and saves the outcome of each. `now` decides what is due and when a failed
 * message is tried again; a signature carries the time at which it is made.
 */
export async function deliverDueMessages(
  { db, now }: Pick<SystemContext, "db" | "now">,
  signingKey: string,
  transport: Transport,
): Promise<void> {
  const due = await claimDue(db, now, now + CLAIM_MS, MAX_MESSAGES);
  const attempts: Attempt[] = [];
  const offset = now - transport.clock();
  // A slow receiver holds a call for up to 15 seconds: each account, and each receiver of it, gets the same share of calls.
  const ownersOf = ({ accountId, url }: DueMessage) => [accountId, new URL(url).host] as const;
  await forEachInTurns(due, ownersOf, async (message) => {
    attempts.push(await attempt(message, signingKey, offset, transport));
  });
  await saveAttempts(db, attempts);
}

/** Tries to deliver a message. `offset` is how far the run's time is ahead of the clock, in milliseconds. */
async function attempt(
  message: DueMessage,
  signingKey: string,
  offset: number,
  { post, clock }: Transport,
): Promise<Attempt> {
  const { subscriptionId, secretVersion, messageId, attempts, url } = message;
  const startedAt = clock();
  const secrets = signingSecrets(signingKey, message, startedAt + offset);
  const body = JSON.stringify(snapshotUpdated(message.subscription, message.queuedAt));
  const headers = webhookHeaders(secrets, messageId, startedAt, body);
  const answer = await post(url, headers, body);
  const endedAt = clock();
  return {
    ...{ subscriptionId, secretVersion, messageId, attempts },
    ...afterAttempt(message, answer, endedAt + offset),
    ...{ attemptedAt: startedAt + offset, durationMs: endedAt - startedAt, statusCode: answer.status },
  };
}
