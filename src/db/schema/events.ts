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
    /** Null for an event that came in under the team key. */
    integrationId: text("integration_id"),
    kind: text().notNull(),
    title: text().notNull(),
    scope: text().notNull(),
    url: text(),
    /** The description of a status activity as sent, with its markup: sanitised whenever it is shown. */
    html: text(),
    /** JSON text, as sent; null too where the team stores no details. */
    details: text(),
    /** Whether it counts as a completed activity, by what its details said. */
    completed: integer({ mode: "boolean" }).notNull().default(true),
    occurredAt: integer("occurred_at").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("events_by_external_id").on(t.teamId, t.externalId),
    // By identity first, so that removing one finds its events without a look at everybody else's.
    index("events_by_identity").on(t.identityId, t.teamId, t.occurredAt),
    index("events_by_time").on(t.teamId, t.occurredAt, t.id),
  ],
);
