import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";
import { people } from "./people.ts";

/**
 * What each local day of a person on a team came to, a row a month. `days` is a JSON object: day of the month ("01" to
 * "31") to [events, completed events, milliseconds worked]; a day on which nothing was has no entry.
 */
export const rollups = sqliteTable(
  "rollups",
  {
    teamId: team(),
    personId: text("person_id").notNull(),
    /** `YYYY-MM` of the person's calendar. */
    month: text().notNull(),
    /** Whether what this counts was removed for its age. Such numbers add to those of what is still there. */
    archived: integer({ mode: "boolean" }).notNull().default(false),
    days: text().notNull(),
    /** The sums over `days`: windows of whole months need no more. */
    totalActivities: integer("total_activities").notNull(),
    completedActivities: integer("completed_activities").notNull(),
    workMs: integer("work_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.personId, t.month, t.archived] })],
);

/**
 * Days whose roll-up may be wrong by now, in UTC dates, both inclusive. Triggers write it, so that no change to an event, a
 * block, an identity, a zone or a team's classes can be forgotten (see the migration `triggers`). A row is never
 * touched again once the clock has moved on, and so whoever has read it can tell whether it is still theirs to settle.
 */
export const staleDays = sqliteTable(
  "stale_days",
  {
    teamId: text("team_id").notNull(),
    personId: text("person_id").notNull(),
    tick: integer().notNull(),
    firstDate: text("first_date").notNull(),
    lastDate: text("last_date").notNull(),
    /** When the row was written, by the database's clock. */
    since: integer().notNull().default(sql`(CAST(unixepoch('subsec') * 1000 AS INTEGER))`),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.personId, t.tick, t.firstDate] })],
);

/** One row: what stale days are stamped with, and until when one run of cron has the work to itself. */
export const rollupClock = sqliteTable("rollup_clock", {
  id: integer().primaryKey(),
  tick: integer().notNull(),
  leasedUntil: integer("leased_until").notNull(),
});

/** A subscription of a person to a time window, with its snapshot (Stats Notifier). */
export const subscriptions = sqliteTable(
  "subscriptions",
  {
    /** `notif_...` */
    id: text().primaryKey(),
    teamId: team(),
    /** Whom it was made for; their successor's numbers are shown once they are merged. */
    personId: text("person_id")
      .notNull()
      .references(() => people.id),
    timeWindow: text("time_window").notNull(),
    status: text({ enum: ["active", "removed"] }).notNull(),
    totalActivities: integer("total_activities").notNull(),
    completedActivities: integer("completed_activities").notNull(),
    workMs: integer("work_ms").notNull(),
    /** The window that the snapshot is of: its first and last local date, the zone, and the instant at which it is over. */
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
 * Where a subscription's changes are sent, and the one message that waits: a newer one takes its place. The secret is no
 * column: it is derived from the deployment's key, the subscription and `secretVersion`.
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
    /** The message that waits to be delivered; null when none does. */
    messageId: text("message_id"),
    /** When its numbers changed. */
    queuedAt: integer("queued_at"),
    attempts: integer().notNull().default(0),
    /** When it is tried next. */
    nextAttemptAt: integer("next_attempt_at"),
    /** Since when every attempt has failed; null after a success. */
    failingSince: integer("failing_since"),
    /** Set after five days of failure, or when the receiver said 410: nothing more is sent until the URL is set again. */
    disabledAt: integer("disabled_at"),
    /** All attempts that ever failed. */
    failures: integer().notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    index("webhooks_due").on(t.nextAttemptAt).where(sql`message_id IS NOT NULL AND disabled_at IS NULL`),
    index("webhooks_by_team").on(t.teamId),
  ],
);

/** The delivery log of webhooks: one row an attempt. */
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
    /** The HTTP status answered; null where none was. */
    statusCode: integer("status_code"),
    /** Why it counts as failed; null when it was delivered. */
    error: text(),
  },
  (t) => [index("deliveries_by_subscription").on(t.subscriptionId, t.attemptedAt, t.id)],
);
