import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { CheckinRow } from "../../api/status_hero/status_body.ts";
import type { Database } from "../../db/client.ts";
import { checkinTags } from "../../db/schema/index.ts";
import { readCheckins } from "../statuses/store.ts";

type Team = { teamId: string };
type Page = { page: number; size: number };

/** A page of the team's tags, sorted; `page` counts from 1. */
export async function listTags(db: Database, { teamId }: Team, { page, size }: Page): Promise<string[]> {
  // Leaps from each tag to the next in the index, instead of reading every use of each.
  const rows = await db.all<{ tag: string }>(sql`
    WITH RECURSIVE used (tag) AS (
      SELECT min(tag) FROM checkin_tags WHERE team_id = ${teamId}
      UNION ALL
      SELECT (SELECT min(tag) FROM checkin_tags WHERE team_id = ${teamId} AND tag > used.tag)
      FROM used WHERE used.tag IS NOT NULL
    )
    SELECT tag FROM used WHERE tag IS NOT NULL LIMIT ${size} OFFSET ${(page - 1) * size}`);
  return rows.map(({ tag }) => tag);
}

/** A page of the team's check-ins with a (folded) tag, the latest first; `page` counts from 1. */
export function listTagged(db: Database, { teamId }: Team, tag: string, { page, size }: Page): Promise<CheckinRow[]> {
  const ids = db
    .select({ id: sql`${checkinTags.checkinId}`.as("id") })
    .from(checkinTags)
    .where(and(eq(checkinTags.teamId, teamId), eq(checkinTags.tag, tag)))
    .orderBy(desc(checkinTags.completedAt), asc(checkinTags.checkinId))
    .limit(size)
    .offset((page - 1) * size);
  return readCheckins(db, { teamId }, ids);
}
