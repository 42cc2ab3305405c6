import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Instants are UTC milliseconds in every table; API bodies carry ISO 8601. */
export const accounts = sqliteTable("accounts", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Null until the account is set up; until then its keys answer 403. */
  onboardedAt: integer("onboarded_at"),
  /** Incremented with every change of people and team settings, so that objects know when to read them again. */
  directoryVersion: integer("directory_version").notNull().default(1),
  createdAt: integer("created_at").notNull(),
});

export const teams = sqliteTable(
  "teams",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    slug: text().notNull().unique(),
    name: text().notNull(),
    timeZone: text("time_zone").notNull(),
    /** JSON array of ISO weekdays, 1 = Monday. */
    workDays: text("work_days", { mode: "json" }).$type<number[]>().notNull().default([1, 2, 3, 4, 5]),
    /** The check-in questions that differ from the usual ones. */
    questions: text({ mode: "json" }).$type<Record<string, string>>().notNull().default({}),
    /** Whether a status counts as working, for folded statuses that the team classifies itself. */
    statusClasses: text("status_classes", { mode: "json" }).$type<Record<string, boolean>>().notNull().default({}),
    /** Whether the `details` of presence and events are stored. */
    storesDetails: integer("stores_details", { mode: "boolean" }).notNull().default(true),
    /** After how many days presence and events are removed, while their numbers stay; null: never. */
    retentionDays: integer("retention_days"),
    /** How many new identities each of the team's keys may create on one UTC day. */
    newIdentitiesPerDay: integer("new_identities_per_day").notNull().default(2_000),
    /** Events before this instant may have been counted and removed, whatever the team keeps by now; null: none was. */
    countedUntil: integer("counted_until"),
    /** When an administrator archived the team: from then on its keys are refused. Null for a team in use. */
    archivedAt: integer("archived_at"),
    /** How many events were ever accepted that were new or changed. */
    eventsAccepted: integer("events_accepted").notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("teams_by_account").on(t.accountId)],
);
