import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { team } from "./columns.ts";

/** No foreign keys to identities and integrations: the team's object may write a block before D1 has its identity. */
export const blocks = sqliteTable(
  "blocks",
  {
    /** Made by the team's object when the block opens, so that a block sent twice is stored once. */
    id: text().primaryKey(),
    teamId: team(),
    identityId: text("identity_id").notNull(),
    integrationId: text("integration_id").notNull(),
    source: text().notNull(),
    status: text().notNull(),
    /** The newest `details` sent with the status: JSON text. */
    details: text(),
    startedAt: integer("started_at").notNull(),
    /** The last heartbeat; while the block is open, as of the last checkpoint. */
    lastSeenAt: integer("last_seen_at").notNull(),
    /** Null while open. */
    endedAt: integer("ended_at"),
  },
  (t) => [
    index("blocks_by_identity").on(t.teamId, t.identityId, t.startedAt),
    index("blocks_by_start").on(t.teamId, t.startedAt, t.id),
    // A query of a window must find blocks that began any time before it. Blocks of more than a day are rare: this small
    // index finds them, and the search by start can stop a day and a half before the window.
    index("blocks_over_a_day").on(t.teamId, t.lastSeenAt).where(sql`last_seen_at - started_at > 86400000`),
    // Reports count who is on leave. Few blocks are leave, so this index is small. Queries repeat the expression as it is.
    index("blocks_on_leave")
      .on(t.teamId, t.lastSeenAt)
      .where(
        sql`trim(replace(replace(lower(status), '-', ' '), '_', ' ')) IN ('vacation', 'sick', 'leave', 'holiday', 'out of office', 'ooo')`,
      ),
  ],
);
