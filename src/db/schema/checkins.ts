import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";
import { people } from "./people.ts";

const person = () =>
  text("person_id")
    .notNull()
    .references(() => people.id);

/** One for each team and work day. */
export const reports = sqliteTable(
  "reports",
  {
    id: text().primaryKey(),
    teamId: team(),
    /** Local calendar dates, `YYYY-MM-DD`, here and below. */
    date: text().notNull(),
    /** The previous work day, which the report asks about. */
    previousDate: text("previous_date").notNull(),
    /** The questions of that day. They stay when the team changes its own. */
    questions: text({ mode: "json" })
      .$type<Record<"next" | "blockers" | "previous" | "previous_completed", string>>()
      .notNull(),
    createdAt: integer("created_at").notNull(),
    /** When its answers or absences, or who is expected to check in, last changed. */
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [uniqueIndex("reports_by_date").on(t.teamId, t.date)],
);

/** Status Hero's "status": one for each report and active member, pending until completed. */
export const checkins = sqliteTable(
  "checkins",
  {
    id: text().primaryKey(),
    teamId: team(),
    reportId: text("report_id")
      .notNull()
      .references(() => reports.id),
    personId: person(),
    /** The date of the report. */
    date: text().notNull(),
    /** `{date}-{user slug}`. */
    slug: text().notNull(),
    next: text(),
    blockers: text(),
    previous: text(),
    /** JSON: a boolean; in imported history also a text, such as "1". */
    previousCompleted: text("previous_completed", { mode: "json" }).$type<boolean | string | null>(),
    /** When the first answers were stored; later answers leave it. Null while pending. */
    completedAt: integer("completed_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("checkins_by_report").on(t.reportId, t.personId),
    uniqueIndex("checkins_by_slug").on(t.teamId, t.slug),
    // The order of lists.
    index("checkins_latest").on(t.teamId, sql`completed_at DESC`, sql`date DESC`, t.id),
    index("checkins_by_person").on(t.personId, t.teamId, t.date),
  ],
);

/** The hashtags of completed check-ins. The primary key has the order of the list of a tag. */
export const checkinTags = sqliteTable(
  "checkin_tags",
  {
    teamId: team(),
    tag: text().notNull(),
    /** When the check-in was completed. */
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
  /** The person who added the remark. */
  personId: person(),
  /** The text of a comment, or the short name of an emoji; emptied when the remark is removed. */
  body: text().notNull(),
  createdAt: integer("created_at").notNull(),
  /** The row of a removed remark stays, so that its id is answered with 410 and not 404. */
  removedAt: integer("removed_at"),
});

export const comments = sqliteTable("comments", remark(), (t) => [
  // For the erasure of a person, which would otherwise read the comments of everyone.
  index("comments_by_person").on(t.personId),
  index("comments_by_checkin").on(t.checkinId, t.createdAt),
  index("comments_by_time").on(t.teamId, t.createdAt, t.id),
]);

/** Emojis; `body` is the short name of one. */
export const reactions = sqliteTable("reactions", remark(), (t) => [
  index("reactions_by_checkin").on(t.checkinId, t.createdAt),
  index("reactions_by_time").on(t.teamId, t.createdAt, t.id),
  index("reactions_by_person").on(t.personId),
  uniqueIndex("reactions_by_kind").on(t.checkinId, t.personId, t.body).where(sql`removed_at IS NULL`),
]);

export const memberAbsences = sqliteTable(
  "member_absences",
  { teamId: team(), personId: person(), date: text().notNull() },
  (t) => [
    primaryKey({ columns: [t.teamId, t.date, t.personId] }),
    index("member_absences_by_person").on(t.personId, t.teamId, t.date),
  ],
);

export const teamAbsences = sqliteTable("team_absences", { teamId: team(), date: text().notNull() }, (t) => [
  primaryKey({ columns: [t.teamId, t.date] }),
]);
