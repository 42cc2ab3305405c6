import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";

/** No key to identities or integrations: a block may arrive from a team's object before the row it hangs on. */
export const blocks = sqliteTable(
  "blocks",
  {
    /** Fixed when the block opens, so that sending it twice writes it once. */
    id: text().primaryKey(),
    teamId: team(),
    identityId: text("identity_id").notNull(),
    integrationId: text("integration_id").notNull(),
    source: text().notNull(),
    status: text().notNull(),
    /** The newest `details` sent with the status: JSON text. */
    details: text(),
    startedAt: integer("started_at").notNull(),
    /** The last heartbeat, as of the last checkpoint while the block is open. */
    lastSeenAt: integer("last_seen_at").notNull(),
    /** Null while open. */
    endedAt: integer("ended_at"),
  },
  (t) => [
    index("blocks_by_identity").on(t.teamId, t.identityId, t.startedAt),
    index("blocks_by_start").on(t.teamId, t.startedAt, t.id),
    // Blocks of over a day are rare and would otherwise force every window query to look back without end.
    index("blocks_over_a_day").on(t.teamId, t.lastSeenAt).where(sql`last_seen_at - started_at > 86400000`),
  ],
);
