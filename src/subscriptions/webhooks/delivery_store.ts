import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../../db/client.ts";
import { newId } from "../../lib/id.ts";
import { pages } from "../../lib/pages.ts";
import type { Outcome } from "./attempt.ts";
import type { Told } from "./message.ts";

/** A message that is due, with all that it takes to send it. */
export type DueMessage = {
  subscriptionId: string;
  url: string;
  secretVersion: number;
  messageId: string;
  queuedAt: number;
  attempts: number;
  failingSince: number | null;
  told: Told;
};

/** How many attempts the delivery log of a subscription keeps. */
const KEPT_DELIVERIES = 50;

const due = (now: number): SQL => sql`message_id IS NOT NULL AND disabled_at IS NULL AND next_attempt_at <= ${now}`;

/**
 * Takes messages due by `now`, of whatever teams, those due longest first, and puts them off until `until`: they are nobody
 * else's before, and due again should this run come to no end. One statement, so that no two runs take the same message.
 */
export async function claimDue(db: Database, now: number, until: number, limit: number): Promise<DueMessage[]> {
  const rows = await db.all<Omit<DueMessage, "told"> & { told: string }>(sql`
    UPDATE webhooks SET next_attempt_at = ${until}
    WHERE subscription_id IN (
      SELECT subscription_id FROM webhooks WHERE ${due(now)} ORDER BY next_attempt_at, subscription_id LIMIT ${limit})
    RETURNING subscription_id AS subscriptionId, url, secret_version AS secretVersion, message_id AS messageId,
      queued_at AS queuedAt, attempts, failing_since AS failingSince,
      (SELECT json_object('id', s.id, 'personId', coalesce(p.merged_into, p.id), 'timeWindow', s.time_window,
        'totalActivities', s.total_activities, 'completedActivities', s.completed_activities, 'workMs', s.work_ms,
        'startDate', s.start_date, 'endDate', s.end_date, 'timeZone', s.time_zone)
      FROM subscriptions s JOIN people p ON p.id = s.person_id WHERE s.id = webhooks.subscription_id) AS told`);
  return rows.map((row) => ({ ...row, told: JSON.parse(row.told) }));
}

/** Whether any message is due by `now`, of whatever team. */
export async function isAnyDue(db: Database, now: number): Promise<boolean> {
  const rows = await db.all(sql`SELECT 1 FROM webhooks WHERE ${due(now)} LIMIT 1`);
  return rows.length > 0;
}

/** A message that was tried, and what came of it. */
export type Attempt = Pick<DueMessage, "subscriptionId" | "secretVersion" | "messageId" | "attempts"> &
  Outcome & { attemptedAt: number; durationMs: number; statusCode: number | null };

/**
 * Writes down attempts, in one atomic batch. What became of a message is left alone where a newer one has taken its place by
 * now, and what became of a webhook where its URL or secret was set again.
 */
export async function saveAttempts(db: Database, attempts: readonly Attempt[]): Promise<void> {
  const rows = attempts.map((attempt) => ({ ...attempt, id: newId(), disabled: attempt.disabledAt !== null }));
  await atomically(
    db,
    [...pages(rows)].flatMap((page) => saved(JSON.stringify(page))),
  );
}

const saved = (rows: string): SQL[] => [
  sql`
  INSERT INTO deliveries (id, subscription_id, team_id, message_id, attempt, attempted_at, duration_ms, status_code, error)
  SELECT a.value ->> 'id', w.subscription_id, w.team_id, a.value ->> 'messageId', (a.value ->> 'attempts') + 1,
    a.value ->> 'attemptedAt', a.value ->> 'durationMs', a.value ->> 'statusCode', a.value ->> 'error'
  FROM json_each(${rows}) a JOIN webhooks w ON w.subscription_id = (a.value ->> 'subscriptionId')`,
  sql`
  DELETE FROM deliveries WHERE id IN (
    SELECT id FROM (
      SELECT d.id, row_number() OVER (PARTITION BY d.subscription_id ORDER BY d.attempted_at DESC, d.id DESC) AS place
      FROM json_each(${rows}) a CROSS JOIN deliveries d ON d.subscription_id = (a.value ->> 'subscriptionId'))
    WHERE place > ${KEPT_DELIVERIES})`,
  sql`
  UPDATE webhooks SET failing_since = a.value ->> 'failingSince', disabled_at = a.value ->> 'disabledAt',
    failures = failures + ((a.value ->> 'error') IS NOT NULL)
  FROM json_each(${rows}) a
  WHERE subscription_id = (a.value ->> 'subscriptionId') AND secret_version = (a.value ->> 'secretVersion')`,
  // What is done with goes, and so does whatever waits for a webhook that is disabled by now.
  sql`
  UPDATE webhooks SET next_attempt_at = a.value ->> 'nextAttemptAt', attempts = (a.value ->> 'attempts') + 1
  FROM json_each(${rows}) a
  WHERE subscription_id = (a.value ->> 'subscriptionId') AND message_id = (a.value ->> 'messageId')`,
  sql`
  UPDATE webhooks SET message_id = NULL, queued_at = NULL, attempts = 0, next_attempt_at = NULL
  WHERE subscription_id IN (SELECT value ->> 'subscriptionId' FROM json_each(${rows}))
    AND message_id IS NOT NULL AND (next_attempt_at IS NULL OR disabled_at IS NOT NULL)`,
];
