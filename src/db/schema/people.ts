import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { accounts } from "./accounts.ts";
import { team } from "./columns.ts";

export const people = sqliteTable(
  "people",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    name: text().notNull(),
    /** Null where it is all that follows the first word of the name. */
    lastName: text("last_name"),
    slug: text().notNull(),
    /** Case-folded. */
    email: text(),
    /** Null: the team's time zone. */
    timeZone: text("time_zone"),
    location: text(),
    avatarUrl: text("avatar_url"),
    administrator: integer({ mode: "boolean" }).notNull().default(false),
    /** The id that the person had in the service they were imported from: its clients still use it. */
    formerId: text("former_id"),
    /** The person this one was merged into, who is never merged themselves. */
    mergedInto: text("merged_into"),
    /** When a team first added or changed this person or their membership; null: only tools have named them so far. */
    managedAt: integer("managed_at"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("people_by_email").on(t.accountId, t.email),
    uniqueIndex("people_by_slug").on(t.accountId, t.slug),
    uniqueIndex("people_by_former_id").on(t.accountId, t.formerId),
    index("people_by_merge").on(t.mergedInto),
  ],
);

/** One `personIdentifier` of an account. Its id is derived from both, so that an object and the Events API compute the same. */
export const identities = sqliteTable(
  "identities",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    identifier: text().notNull(),
    personId: text("person_id")
      .notNull()
      .references(() => people.id),
    /** The integration that named it first; null where none did, and where that was before this was recorded. */
    integrationId: text("integration_id"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    uniqueIndex("identities_by_identifier").on(t.accountId, t.identifier),
    index("identities_by_person").on(t.personId),
    index("identities_by_integration").on(t.integrationId, t.createdAt).where(sql`integration_id IS NOT NULL`),
  ],
);

/** How many identities each key of a team created on the latest UTC day on which it created any. */
export const identityCounts = sqliteTable(
  "identity_counts",
  {
    /** The integration, or the team for its own key. */
    creatorId: text("creator_id").primaryKey(),
    teamId: team(),
    /** A UTC date. */
    day: text().notNull(),
    created: integer().notNull().default(0),
    /** How many new identities were ever refused because the limit of a day was reached. */
    refused: integer().notNull().default(0),
  },
  (t) => [index("identity_counts_by_team").on(t.teamId)],
);

export const members = sqliteTable(
  "members",
  {
    id: text().primaryKey(),
    teamId: team(),
    personId: text("person_id")
      .notNull()
      .references(() => people.id),
    role: text({ enum: ["active", "observer"] }).notNull(),
    manager: integer({ mode: "boolean" }).notNull().default(false),
    username: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** A removed member stays as a row: requests answer 410 instead of 404, and history keeps its names. */
    removedAt: integer("removed_at"),
  },
  (t) => [
    uniqueIndex("members_by_person").on(t.teamId, t.personId),
    index("members_by_username").on(t.teamId, t.username),
    index("members_by_person_id").on(t.personId),
  ],
);

/** A merge of one person into another. `merge_moves` has what it moved. */
export const merges = sqliteTable(
  "merges",
  {
    id: text().primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id),
    fromPersonId: text("from_person_id")
      .notNull()
      .references(() => people.id),
    intoPersonId: text("into_person_id")
      .notNull()
      .references(() => people.id),
    createdAt: integer("created_at").notNull(),
    undoneAt: integer("undone_at"),
  },
  (t) => [index("merges_by_into").on(t.intoPersonId), index("merges_by_from").on(t.fromPersonId)],
);

/** What a merge moved, so that undoing it moves exactly that back. */
export const mergeMoves = sqliteTable(
  "merge_moves",
  {
    mergeId: text("merge_id")
      .notNull()
      .references(() => merges.id),
    kind: text({ enum: ["identity", "person", "member"] }).notNull(),
    /** The identity or earlier merged person that the merge moved, or the membership that it added. */
    movedId: text("moved_id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.mergeId, t.kind, t.movedId] })],
);
