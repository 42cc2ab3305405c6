import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { database } from "../../../src/db/client.ts";
import { newId } from "../../../src/lib/id.ts";
import { deliverWebhooks } from "../../../src/subscriptions/webhooks/job.ts";
import { secretOf } from "../../../src/subscriptions/webhooks/secret.ts";
import { listDeliveries, setWebhook } from "../../../src/subscriptions/webhooks/store.ts";
import { mintPerson, mintTeam, type Team } from "../../support/team.ts";

export const db = database(env.DB);

/** A subscription whose numbers a suite changes directly. */
export type Subscription = { team: Team; id: string; personId: string };

/** Makes a daily subscription to a new person of the given team, or of a new team. */
export async function subscribe(team?: Team): Promise<Subscription> {
  const own = team ?? (await mintTeam());
  const [id, personId] = [`notif_${newId()}`, await mintPerson(own, { name: "Ada" })];
  await env.DB.prepare(
    `INSERT INTO subscriptions (id, team_id, person_id, time_window, status, total_activities, completed_activities, work_ms,
      start_date, end_date, time_zone, ends_at, last_refreshed_at, created_at, updated_at)
    VALUES (?, ?, ?, 'daily', 'active', 0, 0, 0, '2026-11-20', '2026-11-20', 'Europe/Madrid', 0, 0, 0, 0)`,
  )
    .bind(id, own.teamId, personId)
    .run();
  return { team: own, id, personId };
}

/** Sets the webhook of a subscription to `url`, and returns its secret. */
export async function setUrl({ team, id }: Subscription, url: string, now = Date.now()): Promise<string> {
  const row = await setWebhook(db, team, id, url, now);
  return secretOf(env.WEBHOOK_SIGNING_KEY!, row!);
}

/**
 * Changes a subscription's numbers as a refresh at `at` does; the trigger `subscriptions_changed` queues the message.
 */
export const change = ({ id }: Subscription, total: number, at: number) =>
  env.DB.prepare(
    "UPDATE subscriptions SET total_activities = ?, completed_activities = 1, work_ms = 5400000, last_refreshed_at = ? WHERE id = ?",
  )
    .bind(total, at, id)
    .run();

/** Runs the delivery as cron does at `now`. */
export const deliver = (now: number, send?: typeof fetch) =>
  deliverWebhooks({ db, now }, env.WEBHOOK_SIGNING_KEY, send);

/** Reads the stored row of a webhook. */
export async function stateOf({ id }: Subscription) {
  const row = await env.DB.prepare("SELECT * FROM webhooks WHERE subscription_id = ?").bind(id).first();
  expect(row).not.toBeNull();
  return row as Record<string, number | null> & { message_id: string | null };
}

/** Reads the whole delivery log of a subscription, newest first. */
export const logOf = ({ team, id }: Subscription) => listDeliveries(db, team, id, { limit: 1_000 });
