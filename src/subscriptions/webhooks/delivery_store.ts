import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { newId } from "../../lib/id.ts";
import { pages } from "../../lib/pages.ts";
import type { Outcome } from "./attempt.ts";
import type { MessageSubscription } from "./message.ts";

/**
 * A message that is due, and what sending it needs.
 *
 * The trigger `subscriptions_changed` (src/db/triggers.ts) queues a message whenever the numbers of a subscription change,
 * in the transaction that changes them:
 * - There is one message a webhook. It replaces a message that waits, and its attempts count from 0.
 * - If the replaced message was not tried yet, the new one keeps its place in the queue. Otherwise a subscription that
 *   changes often would wait behind all others for ever.
 * - A disabled webhook gets no message, and neither does a subscription to a person who left the team.
 *
 * This is a trigger because only the statement that updates the numbers (`updateSnapshots`) knows which subscriptions it
 * changed, and SQLite cannot pass these rows to the next statement of a batch. A second batch for the messages could be
 * lost: the Worker may end between the two. A statement that sums the numbers once more to find the changes would read
 * every roll-up twice.
 */
export type DueMessage = {
  subscriptionId: string;
  accountId: string;
  url: string;
  secretVersion: number;
  previousSecretVersion: number | null;
  previousSecretUntil: number | null;
  messageId: string;
  queuedAt: number;
  attempts: number;
  failingSince: number | null;
  subscription: MessageSubscription;
};

/** Attempts that the delivery log of a subscription keeps. */
const MAX_LOGGED_DELIVERIES = 50;

/** Matches a webhook whose message is due by `now`, unless its team is archived: that one waits until it is back. */
const isDue = (now: number): SQL => sql`message_id IS NOT NULL AND disabled_at IS NULL AND next_attempt_at <= ${now}
  AND NOT EXISTS (SELECT 1 FROM teams WHERE teams.id = webhooks.team_id AND teams.archived_at IS NOT NULL)`;

/** The receiver of a webhook: the host and port of its URL. */
const RECEIVER = sql`substr(url, instr(url, '//') + 2, instr(substr(url, instr(url, '//') + 2) || '/', '/') - 1)`;

/**
 * Claims up to `limit` messages that are due by `now`, of all teams: they are next due at `until`, should this run not end.
 * Accounts take turns, and so do the receivers of one account; of one receiver, those due longest come first. So the many
 * messages of one account do not keep out those of others. One statement, so that no two runs claim the same message.
 */
export async function claimDue(db: Database, now: number, until: number, limit: number): Promise<DueMessage[]> {
  const rows = await db.all<Omit<DueMessage, "subscription"> & { subscription: string }>(sql`
    UPDATE webhooks SET next_attempt_at = ${until}
    WHERE subscription_id IN (
      WITH
        due AS (
          SELECT webhook.subscription_id, webhook.next_attempt_at, team.account_id, row_number() OVER (
            PARTITION BY team.account_id, ${RECEIVER} ORDER BY webhook.next_attempt_at, webhook.subscription_id) AS turn
          FROM webhooks AS webhook JOIN teams AS team ON team.id = webhook.team_id
          WHERE ${isDue(now)}),
        queued AS (
          SELECT subscription_id, next_attempt_at, row_number() OVER (
            PARTITION BY account_id ORDER BY turn, next_attempt_at, subscription_id) AS turn
          FROM due)
      SELECT subscription_id FROM queued ORDER BY turn, next_attempt_at, subscription_id LIMIT ${limit})
    RETURNING subscription_id AS subscriptionId, url, secret_version AS secretVersion, message_id AS messageId,
      previous_secret_version AS previousSecretVersion, previous_secret_until AS previousSecretUntil,
      (SELECT account_id FROM teams WHERE id = webhooks.team_id) AS accountId,
      queued_at AS queuedAt, attempts, failing_since AS failingSince,
      (SELECT json_object('id', subscription.id, 'personId', coalesce(person.merged_into, person.id),
        'timeWindow', subscription.time_window, 'totalActivities', subscription.total_activities,
        'completedActivities', subscription.completed_activities, 'workMs', subscription.work_ms,
        'startDate', subscription.start_date, 'endDate', subscription.end_date, 'timeZone', subscription.time_zone)
      FROM subscriptions AS subscription JOIN people AS person ON person.id = subscription.person_id
      WHERE subscription.id = webhooks.subscription_id) AS subscription`);
  return rows.map((row) => ({ ...row, subscription: JSON.parse(row.subscription) }));
}

/** Whether any message is due by `now`, of any team. */
export async function isAnyDue(db: Database, now: number): Promise<boolean> {
  const rows = await db.all(sql`SELECT 1 FROM webhooks WHERE ${isDue(now)} LIMIT 1`);
  return rows.length > 0;
}

/** An attempt to deliver a message, and its outcome. */
export type Attempt = Pick<DueMessage, "subscriptionId" | "secretVersion" | "messageId" | "attempts"> &
  Outcome & { attemptedAt: number; durationMs: number; statusCode: number | null };

/**
 * Saves attempts in one atomic batch. The outcome of a message is ignored where a newer message has replaced it, and the
 * outcome for a webhook where its URL or secret was set again.
 */
export async function saveAttempts(db: Database, attempts: readonly Attempt[]): Promise<void> {
  const rows = attempts.map((attempt) => ({ ...attempt, id: newId() }));
  await atomically(
    db,
    [...pages(rows)].flatMap((page) => saveStatements(JSON.stringify(page))),
  );
}

const saveStatements = (attempts: string): SQL[] => [
  sql`
  INSERT INTO deliveries (id, subscription_id, team_id, message_id, attempt, attempted_at, duration_ms, status_code, error)
  SELECT attempt.value ->> 'id', webhook.subscription_id, webhook.team_id, attempt.value ->> 'messageId',
    (attempt.value ->> 'attempts') + 1, attempt.value ->> 'attemptedAt', attempt.value ->> 'durationMs',
    attempt.value ->> 'statusCode', attempt.value ->> 'error'
  FROM json_each(${attempts}) AS attempt JOIN webhooks AS webhook ON webhook.subscription_id = (attempt.value ->> 'subscriptionId')`,
  sql`
  DELETE FROM deliveries WHERE id IN (
    SELECT id FROM (
      SELECT delivery.id, row_number() OVER (
        PARTITION BY delivery.subscription_id ORDER BY delivery.attempted_at DESC, delivery.id DESC) AS position
      -- CROSS JOIN goes from the attempts to the deliveries of their subscriptions, and not through the whole log.
      FROM json_each(${attempts}) AS attempt
        CROSS JOIN deliveries AS delivery ON delivery.subscription_id = (attempt.value ->> 'subscriptionId'))
    WHERE position > ${MAX_LOGGED_DELIVERIES})`,
  sql`
  UPDATE webhooks SET failing_since = attempt.value ->> 'failingSince', disabled_at = attempt.value ->> 'disabledAt',
    failures = failures + ((attempt.value ->> 'error') IS NOT NULL)
  FROM json_each(${attempts}) AS attempt
  WHERE subscription_id = (attempt.value ->> 'subscriptionId')
    AND secret_version = (attempt.value ->> 'secretVersion')`,
  sql`
  UPDATE webhooks SET next_attempt_at = attempt.value ->> 'nextAttemptAt', attempts = (attempt.value ->> 'attempts') + 1
  FROM json_each(${attempts}) AS attempt
  WHERE subscription_id = (attempt.value ->> 'subscriptionId') AND message_id = (attempt.value ->> 'messageId')`,
  // Messages that were delivered or given up, and those of a webhook that is now disabled, leave the queue.
  sql`
  UPDATE webhooks SET message_id = NULL, queued_at = NULL, attempts = 0, next_attempt_at = NULL
  WHERE subscription_id IN (SELECT value ->> 'subscriptionId' FROM json_each(${attempts}))
    AND message_id IS NOT NULL AND (next_attempt_at IS NULL OR disabled_at IS NOT NULL)`,
];
