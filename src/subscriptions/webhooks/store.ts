import { and, desc, eq, sql } from "drizzle-orm";
import type { DeliveryRow, WebhookRow } from "../../api/stats_notifier/webhook_body.ts";
import type { Database } from "../../db/client.ts";
import { deliveries, subscriptions, webhooks } from "../../db/schema/index.ts";

type Team = { teamId: string };

const columns = {
  subscriptionId: webhooks.subscriptionId,
  url: webhooks.url,
  secretVersion: webhooks.secretVersion,
  failingSince: webhooks.failingSince,
  disabledAt: webhooks.disabledAt,
};

const ofSubscription = ({ teamId }: Team, subscriptionId: string) =>
  and(eq(webhooks.teamId, teamId), eq(webhooks.subscriptionId, subscriptionId));

/** Counts in milliseconds, so that a webhook taken away and set again has another secret than it had before. */
const newVersion = (now: number) => sql`max(${webhooks.secretVersion} + 1, ${now})`;

/**
 * Sends the changes of an active subscription to `url` from now on, under a new secret: what waits for the former URL is
 * not sent any more, and a webhook that was disabled is active again. Null, and nothing done, where it is active with this
 * URL already, or the team has no such subscription.
 */
export async function setWebhook(
  db: Database,
  { teamId }: Team,
  subscriptionId: string,
  url: string,
  now: number,
): Promise<WebhookRow | null> {
  const rows = await db.all<WebhookRow>(sql`
    INSERT INTO webhooks (subscription_id, team_id, url, secret_version, created_at)
    SELECT s.id, s.team_id, ${url}, ${now}, ${now} FROM ${subscriptions} s
    WHERE s.id = ${subscriptionId} AND s.team_id = ${teamId} AND s.status = 'active'
    ON CONFLICT (subscription_id) DO UPDATE SET url = excluded.url, secret_version = ${newVersion(now)},
      message_id = NULL, queued_at = NULL, attempts = 0, next_attempt_at = NULL, failing_since = NULL, disabled_at = NULL
    WHERE webhooks.url <> excluded.url OR webhooks.disabled_at IS NOT NULL
    RETURNING subscription_id AS subscriptionId, url, secret_version AS secretVersion,
      failing_since AS failingSince, disabled_at AS disabledAt`);
  return rows[0] ?? null;
}

/** Takes a subscription's webhook away, with what waits to be delivered. Its delivery log stays. */
export const removeWebhook = (db: Database, team: Team, subscriptionId: string): Promise<unknown> =>
  db.delete(webhooks).where(ofSubscription(team, subscriptionId));

/** The webhook of a subscription of the team; null where it has none. */
export async function findWebhook(db: Database, team: Team, subscriptionId: string): Promise<WebhookRow | null> {
  const [row] = await db.select(columns).from(webhooks).where(ofSubscription(team, subscriptionId));
  return row ?? null;
}

/** Puts another secret in force for a webhook, from the next attempt on; null where the subscription has none. */
export async function rotateSecret(
  db: Database,
  team: Team,
  subscriptionId: string,
  now: number,
): Promise<WebhookRow | null> {
  const [row] = await db
    .update(webhooks)
    .set({ secretVersion: newVersion(now) })
    .where(ofSubscription(team, subscriptionId))
    .returning(columns);
  return row ?? null;
}

/** Which part of the delivery log to list: `limit` attempts after the `cursor`. */
export type DeliveryPage = { limit: number; cursor?: { at: number; id: string } | undefined };

/** The attempts to deliver a subscription's messages, newest first, ties by id. */
export const listDeliveries = (
  db: Database,
  { teamId }: Team,
  subscriptionId: string,
  { limit, cursor }: DeliveryPage,
): Promise<DeliveryRow[]> =>
  db
    .select({
      id: deliveries.id,
      messageId: deliveries.messageId,
      attempt: deliveries.attempt,
      attemptedAt: deliveries.attemptedAt,
      durationMs: deliveries.durationMs,
      statusCode: deliveries.statusCode,
      error: deliveries.error,
    })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.subscriptionId, subscriptionId),
        eq(deliveries.teamId, teamId),
        cursor && sql`(${deliveries.attemptedAt}, ${deliveries.id}) < (${cursor.at}, ${cursor.id})`,
      ),
    )
    .orderBy(desc(deliveries.attemptedAt), desc(deliveries.id))
    .limit(limit);
