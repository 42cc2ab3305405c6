import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";
import { identities } from "./people.ts";

export const events = sqliteTable(
  "events",
  {
    id: text().primaryKey(),
    teamId: team(),
    externalId: text("external_id").notNull(),
    identityId: text("identity_id")
      .notNull()
      .references(() => identities.id),
    /** Null for an event that was sent with the team key. */
    integrationId: text("integration_id"),
    kind: text().notNull(),
    title: text().notNull(),
    scope: text().notNull(),
    url: text(),
    /** The description of a status activity with its markup, as sent. It must be sanitised before it is shown. */
    html: text(),
    /** JSON text with sorted keys. Null where the tool sent none, and where the team stores none. */
    details: text(),
    /** Whether it counts as a completed activity: see `isCompleted`. */
    completed: integer({ mode: "boolean" }).notNull().default(true),
    occurredAt: integer("occurred_at").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("events_by_external_id").on(t.teamId, t.externalId),
    // The identity comes first, so that removing an identity finds its events without reading others.
    index("events_by_identity").on(t.identityId, t.teamId, t.occurredAt),
    index("events_by_time").on(t.teamId, t.occurredAt, t.id),
  ],
);
