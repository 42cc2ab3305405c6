import { sql } from "drizzle-orm";
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";

/**
 * The numbers of each local day of a person on a team, a row a month. `days` is a JSON object: day of the month ("01" to
 * "31") to [events, completed events, milliseconds worked]. A day without any of these has no entry.
 */
export const rollups = sqliteTable(
  "rollups",
  {
    teamId: team(),
    personId: text("person_id").notNull(),
    /** `YYYY-MM` of the person's calendar. */
    month: text().notNull(),
    /** Whether the events and blocks counted here were removed for their age. These numbers add to those of the other row. */
    counted: integer({ mode: "boolean" }).notNull().default(false),
    days: text().notNull(),
    /** The sums over `days`, so that windows of whole months read nothing else. */
    totalActivities: integer("total_activities").notNull(),
    completedActivities: integer("completed_activities").notNull(),
    workMs: integer("work_ms").notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.personId, t.month, t.counted] })],
);

/**
 * Marks: days, from the first to the last UTC date inclusive, whose roll-ups may be wrong. Triggers write them (see
 * src/db/triggers.ts). Once the clock has moved on, a mark is only ever deleted, so a reader knows what it has read.
 */
export const staleDays = sqliteTable(
  "stale_days",
  {
    teamId: text("team_id").notNull(),
    personId: text("person_id").notNull(),
    /** The clock's tick when the mark was made. */
    tick: integer().notNull(),
    firstDate: text("first_date").notNull(),
    lastDate: text("last_date").notNull(),
    /** When the row was written, by the database's clock. */
    since: integer().notNull().default(sql`(CAST(unixepoch('subsec') * 1000 AS INTEGER))`),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.personId, t.tick, t.firstDate] })],
);

/** The one clock of all marks: its tick, and until when (UTC milliseconds) one run of cron holds the lease on recounting. */
export const rollupClock = sqliteTable("rollup_clock", {
  id: integer().primaryKey(),
  tick: integer().notNull(),
  leasedUntil: integer("leased_until").notNull(),
});
