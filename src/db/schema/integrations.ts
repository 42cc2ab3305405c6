import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";

export const integrations = sqliteTable(
  "integrations",
  {
    id: text().primaryKey(),
    teamId: team(),
    name: text().notNull(),
    active: integer({ mode: "boolean" }).notNull().default(true),
    presenceTimeoutMinutes: integer("presence_timeout_minutes").notNull().default(10),
    lastUsedAt: integer("last_used_at"),
    createdAt: integer("created_at").notNull(),
    /** A removed integration stays as a row: blocks and events refer to it. */
    removedAt: integer("removed_at"),
  },
  (t) => [index("integrations_by_team").on(t.teamId)],
);

/** Team keys and integration keys, as digests. One table, so that one query finds either kind. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    /** SHA-256 of the key, lower-case hex. */
    digest: text().primaryKey(),
    teamId: team(),
    /** Null for the team's own key. */
    integrationId: text("integration_id").references(() => integrations.id),
    /** The first characters: enough to recognise a key, too few to guess it. */
    prefix: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When a rotated key stops working; null for the newest key. */
    expiresAt: integer("expires_at"),
  },
  (t) => [index("api_keys_by_integration").on(t.integrationId)],
);
