import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { blocks, events } from "../db/schema/index.ts";
import type { Tenant } from "../people/store.ts";

type Team = Pick<Tenant, "teamId">;

/** Rows of one statement: D1 ends a statement after 30 seconds, and this many take a fraction of one. */
const PAGE = 10_000;

/** A position in the order of an index: its time, then its id. */
type Position = { at: number; id: string };

/**
 * Clears the details that a team has stored, page by page in the order of time. The team must already have
 * stopped storing details, so that no new ones follow. If this is interrupted, the next call continues.
 */
export async function clearDetails(db: Database, team: Team): Promise<void> {
  await clearTable(db, team, sql`${blocks}`, sql`started_at`);
  await clearTable(db, team, sql`${events}`, sql`occurred_at`);
}

async function clearTable(db: Database, { teamId }: Team, table: SQL, at: SQL): Promise<void> {
  // Begins just before the first row with details: those before it need not be read again.
  let from: Position | undefined = await db.get(sql`
    SELECT ${at} - 1 AS at, '' AS id FROM ${table} WHERE team_id = ${teamId} AND details IS NOT NULL
    ORDER BY ${at}, id LIMIT 1`);
  while (from) {
    const isAfter: SQL = sql`team_id = ${teamId} AND (${at}, id) > (${from.at}, ${from.id})`;
    const pageEnd: Position | undefined = await db.get(sql`
      SELECT ${at} AS at, id FROM ${table} WHERE ${isAfter} ORDER BY ${at}, id LIMIT 1 OFFSET ${PAGE - 1}`);
    const isInPage = pageEnd ? sql`AND (${at}, id) <= (${pageEnd.at}, ${pageEnd.id})` : sql``;
    await db.run(sql`UPDATE ${table} SET details = NULL WHERE ${isAfter} ${isInPage} AND details IS NOT NULL`);
    from = pageEnd;
  }
}
