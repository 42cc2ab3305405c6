import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";
import { people } from "./people.ts";

const person = () =>
  text("person_id")
    .notNull()
    .references(() => people.id);

/** One a team and work day. */
export const reports = sqliteTable(
  "reports",
  {
    id: text().primaryKey(),
    teamId: team(),
    /** Local calendar dates, `YYYY-MM-DD`, here and below. */
    date: text().notNull(),
    /** The last work day before, which the report asks about. */
    previousDate: text("previous_date").notNull(),
    /** As asked on the day, whatever the team asks by now. */
    questions: text({ mode: "json" })
      .$type<Record<"next" | "blockers" | "previous" | "previous_completed", string>>()
      .notNull(),
    createdAt: integer("created_at").notNull(),
    /** When its check-ins, or who is expected, last changed. */
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [uniqueIndex("reports_by_date").on(t.teamId, t.date)],
);

/** Status Hero's "status": one a report and active member; pending until completed. */
export const checkins = sqliteTable(
  "checkins",
  {
    id: text().primaryKey(),
    teamId: team(),
    reportId: text("report_id")
      .notNull()
      .references(() => reports.id),
    personId: person(),
    /** The report's. */
    date: text().notNull(),
    /** `{date}-{user slug}`. */
    slug: text().notNull(),
    next: text(),
    blockers: text(),
    previous: text(),
    /** JSON: a boolean, or what imported history says instead. */
    previousCompleted: text("previous_completed", { mode: "json" }).$type<boolean | string | null>(),
    /** When first completed; later edits leave it. */
    completedAt: integer("completed_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("checkins_by_report").on(t.reportId, t.personId),
    uniqueIndex("checkins_by_slug").on(t.teamId, t.slug),
    // As lists are ordered.
    index("checkins_latest").on(t.teamId, sql`completed_at DESC`, sql`date DESC`, t.id),
    index("checkins_by_person").on(t.personId, t.teamId, t.date),
  ],
);

/** The hashtags of completed check-ins; ordered as lists of a tag are read. */
export const checkinTags = sqliteTable(
  "checkin_tags",
  {
    teamId: team(),
    tag: text().notNull(),
    /** The check-in's. */
    completedAt: integer("completed_at").notNull(),
    checkinId: text("checkin_id")
      .notNull()
      .references(() => checkins.id),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.tag, t.completedAt, t.checkinId] }),
    index("checkin_tags_by_checkin").on(t.checkinId),
  ],
);

const remark = () => ({
  id: text().primaryKey(),
  teamId: team(),
  checkinId: text("checkin_id")
    .notNull()
    .references(() => checkins.id),
  /** Whose remark it is. */
  personId: person(),
  /** What it says; emptied when it is removed. */
  body: text().notNull(),
  createdAt: integer("created_at").notNull(),
  /** A removed one stays as a row: 410 instead of 404. */
  removedAt: integer("removed_at"),
});

export const comments = sqliteTable("comments", remark(), (t) => [
  // Whoever is erased must not have everybody's looked through for theirs.
  index("comments_by_person").on(t.personId),
  index("comments_by_checkin").on(t.checkinId, t.createdAt),
  index("comments_by_time").on(t.teamId, t.createdAt, t.id),
]);

/** `body` is an emoji's short name. */
export const reactions = sqliteTable("reactions", remark(), (t) => [
  index("reactions_by_checkin").on(t.checkinId, t.createdAt),
  index("reactions_by_time").on(t.teamId, t.createdAt, t.id),
  index("reactions_by_person").on(t.personId),
  uniqueIndex("reactions_by_kind").on(t.checkinId, t.personId, t.body).where(sql`removed_at IS NULL`),
]);

export const memberAbsences = sqliteTable(
  "member_absences",
  { teamId: team(), personId: person(), date: text().notNull() },
  (t) => [primaryKey({ columns: [t.teamId, t.date, t.personId] }), index("member_absences_by_person").on(t.personId)],
);

export const teamAbsences = sqliteTable("team_absences", { teamId: team(), date: text().notNull() }, (t) => [
  primaryKey({ columns: [t.teamId, t.date] }),
]);
