import { and, desc, eq, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { deliveries, subscriptions, webhooks } from "../../db/schema/index.ts";
import { SECRET_OVERLAP_MS } from "./secret.ts";
import type { Delivery, Webhook } from "./webhook.ts";

type Team = { teamId: string };

const columns = {
  subscriptionId: webhooks.subscriptionId,
  url: webhooks.url,
  secretVersion: webhooks.secretVersion,
  previousSecretUntil: webhooks.previousSecretUntil,
  failingSince: webhooks.failingSince,
  disabledAt: webhooks.disabledAt,
};

const ofSubscription = ({ teamId }: Team, subscriptionId: string) =>
  and(eq(webhooks.teamId, teamId), eq(webhooks.subscriptionId, subscriptionId));

/** Uses milliseconds, so that a webhook that was removed and set again has a secret that it never had. */
const newVersion = (now: number) => sql`max(${webhooks.secretVersion} + 1, ${now})`;

/**
 * Sets the URL of an active subscription's webhook, with a new secret. A message that waits for the former URL is dropped,
 * and a disabled webhook is enabled. Null, and no change, where the webhook is enabled with this URL already, or the team
 * has no such subscription.
 */
export async function setWebhook(
  db: Database,
  { teamId }: Team,
  subscriptionId: string,
  url: string,
  now: number,
): Promise<Webhook | null> {
  const rows = await db.all<Webhook>(sql`
    INSERT INTO webhooks (subscription_id, team_id, url, secret_version, created_at)
    SELECT subscription.id, subscription.team_id, ${url}, ${now}, ${now} FROM ${subscriptions} AS subscription
    WHERE subscription.id = ${subscriptionId} AND subscription.team_id = ${teamId} AND subscription.status = 'active'
    ON CONFLICT (subscription_id) DO UPDATE SET url = excluded.url, secret_version = ${newVersion(now)},
      previous_secret_version = NULL, previous_secret_until = NULL,
      message_id = NULL, queued_at = NULL, attempts = 0, next_attempt_at = NULL, failing_since = NULL, disabled_at = NULL
    WHERE webhooks.url <> excluded.url OR webhooks.disabled_at IS NOT NULL
    RETURNING subscription_id AS subscriptionId, url, secret_version AS secretVersion,
      previous_secret_until AS previousSecretUntil, failing_since AS failingSince, disabled_at AS disabledAt`);
  return rows[0] ?? null;
}

/** Removes a subscription's webhook and the message that waits. The delivery log stays. */
export const removeWebhook = (db: Database, team: Team, subscriptionId: string): Promise<unknown> =>
  db.delete(webhooks).where(ofSubscription(team, subscriptionId));

/** Finds the webhook of a subscription of the team; null where it has none. */
export async function findWebhook(db: Database, team: Team, subscriptionId: string): Promise<Webhook | null> {
  const [row] = await db.select(columns).from(webhooks).where(ofSubscription(team, subscriptionId));
  return row ?? null;
}

/**
 * Replaces the secret of a webhook, from the next attempt on; the former one signs messages too for a day. Null where the
 * subscription has no webhook.
 */
export async function rotateSecret(
  db: Database,
  team: Team,
  subscriptionId: string,
  now: number,
): Promise<Webhook | null> {
  const [row] = await db
    .update(webhooks)
    .set({
      secretVersion: newVersion(now),
      previousSecretVersion: webhooks.secretVersion,
      previousSecretUntil: now + SECRET_OVERLAP_MS,
    })
    .where(ofSubscription(team, subscriptionId))
    .returning(columns);
  return row ?? null;
}

/** A page of the delivery log: `limit` attempts after `cursor`. */
export type DeliveryPage = { limit: number; cursor?: { at: number; id: string } | undefined };

/** Lists the attempts to deliver a subscription's messages, newest first, ties by id. */
export const listDeliveries = (
  db: Database,
  { teamId }: Team,
  subscriptionId: string,
  { limit, cursor }: DeliveryPage,
): Promise<Delivery[]> =>
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
