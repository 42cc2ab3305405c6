import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";
import { people } from "./people.ts";

/** A subscription of a person to a time window, with its snapshot (Stats Notifier). */
export const subscriptions = sqliteTable(
  "subscriptions",
  {
    /** `notif_...` */
    id: text().primaryKey(),
    teamId: team(),
    /** The person it was made for. After a merge it shows the numbers of the person they were merged into. */
    personId: text("person_id")
      .notNull()
      .references(() => people.id),
    timeWindow: text("time_window").notNull(),
    status: text({ enum: ["active", "removed"] }).notNull(),
    totalActivities: integer("total_activities").notNull(),
    completedActivities: integer("completed_activities").notNull(),
    workMs: integer("work_ms").notNull(),
    /** The window of the snapshot: its first and last local date, the time zone, and the instant at which it ends. */
    startDate: text("start_date").notNull(),
    endDate: text("end_date").notNull(),
    timeZone: text("time_zone").notNull(),
    endsAt: integer("ends_at").notNull(),
    lastRefreshedAt: integer("last_refreshed_at").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("subscriptions_by_window").on(t.teamId, t.personId, t.timeWindow).where(sql`status = 'active'`),
    index("subscriptions_by_time").on(t.teamId, t.createdAt, t.id),
    index("subscriptions_by_person").on(t.personId),
    index("subscriptions_by_end").on(t.endsAt).where(sql`status = 'active'`),
  ],
);

/**
 * Where a subscription's changes are sent, and the one message that waits; a newer message replaces it. The secret is not
 * stored: it is derived from the deployment's signing key, the subscription and `secretVersion`.
 */
export const webhooks = sqliteTable(
  "webhooks",
  {
    subscriptionId: text("subscription_id")
      .primaryKey()
      .references(() => subscriptions.id),
    teamId: team(),
    url: text().notNull(),
    secretVersion: integer("secret_version").notNull().default(1),
    /** The version before the last rotation, which signs messages too until `previousSecretUntil`. */
    previousSecretVersion: integer("previous_secret_version"),
    previousSecretUntil: integer("previous_secret_until"),
    /** The id of the message that waits to be delivered; null when none waits. */
    messageId: text("message_id"),
    /** When the numbers of the message changed. */
    queuedAt: integer("queued_at"),
    attempts: integer().notNull().default(0),
    /** When the message is tried next. */
    nextAttemptAt: integer("next_attempt_at"),
    /** Since when every attempt has failed; null after a success. */
    failingSince: integer("failing_since"),
    /** Set after five days of failure, or by an answer 410. Nothing is sent then until the URL is set again. */
    disabledAt: integer("disabled_at"),
    /** How many attempts have failed so far. */
    failures: integer().notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    index("webhooks_due").on(t.nextAttemptAt).where(sql`message_id IS NOT NULL AND disabled_at IS NULL`),
    index("webhooks_by_team").on(t.teamId),
  ],
);

/** The delivery log of webhooks, one row an attempt. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    id: text().primaryKey(),
    subscriptionId: text("subscription_id")
      .notNull()
      .references(() => subscriptions.id),
    teamId: team(),
    messageId: text("message_id").notNull(),
    attempt: integer().notNull(),
    attemptedAt: integer("attempted_at").notNull(),
    durationMs: integer("duration_ms").notNull(),
    /** The HTTP status of the answer; null without an answer. */
    statusCode: integer("status_code"),
    /** Why the attempt counts as failed; null when the message was delivered. */
    error: text(),
  },
  (t) => [index("deliveries_by_subscription").on(t.subscriptionId, t.attemptedAt, t.id)],
);
