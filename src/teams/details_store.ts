import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { blocks, events } from "../db/schema/index.ts";

type Team = { teamId: string };

/** Rows to a statement: D1 ends a statement that takes 30 seconds, and this many take a fraction of one. */
const PAGE = 10_000;

/** A place in the order of an index. */
type Place = { at: number; id: string };

/**
 * Clears the details that a team has stored, page by page in the order of time. The team must have ceased to store any:
 * then nothing is written behind it, and where this is cut short, doing it again does the rest.
 */
export async function clearDetails(db: Database, team: Team): Promise<void> {
  await clear(db, team, sql`${blocks}`, sql`started_at`);
  await clear(db, team, sql`${events}`, sql`occurred_at`);
}

async function clear(db: Database, { teamId }: Team, table: SQL, at: SQL): Promise<void> {
  // What is bare already is not gone through again.
  let from: Place | undefined = await db.get(sql`
    SELECT ${at} - 1 AS at, '' AS id FROM ${table} WHERE team_id = ${teamId} AND details IS NOT NULL
    ORDER BY ${at}, id LIMIT 1`);
  while (from) {
    const behind: SQL = sql`team_id = ${teamId} AND (${at}, id) > (${from.at}, ${from.id})`;
    const to: Place | undefined = await db.get(sql`
      SELECT ${at} AS at, id FROM ${table} WHERE ${behind} ORDER BY ${at}, id LIMIT 1 OFFSET ${PAGE - 1}`);
    const until = to ? sql`AND (${at}, id) <= (${to.at}, ${to.id})` : sql``;
    await db.run(sql`UPDATE ${table} SET details = NULL WHERE ${behind} ${until} AND details IS NOT NULL`);
    from = to;
  }
}
