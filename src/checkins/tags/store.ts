import { and, asc, desc, eq, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { checkinTags } from "../../db/schema/index.ts";
import type { Tenant } from "../../people/store.ts";
import { offsetOf, type Page } from "../paging.ts";
import type { CheckinRow } from "../statuses/checkin.ts";
import { readCheckins } from "../statuses/store.ts";

type Team = Pick<Tenant, "teamId">;

/** Lists a page of the team's tags, sorted. */
export async function listTags(db: Database, { teamId }: Team, page: Page): Promise<string[]> {
  // Seeks the next tag in the index each time. SELECT DISTINCT would read every use of each tag.
  const rows = await db.all<{ tag: string }>(sql`
    WITH RECURSIVE used (tag) AS (
      SELECT min(tag) FROM checkin_tags WHERE team_id = ${teamId}
      UNION ALL
      SELECT (SELECT min(tag) FROM checkin_tags WHERE team_id = ${teamId} AND tag > used.tag)
      FROM used WHERE used.tag IS NOT NULL
    )
    SELECT tag FROM used WHERE tag IS NOT NULL LIMIT ${page.size} OFFSET ${offsetOf(page)}`);
  return rows.map(({ tag }) => tag);
}

/** Lists a page of the team's completed check-ins with a tag (see `normalizeTag`), the latest first. */
export function listTaggedCheckins(db: Database, { teamId }: Team, tag: string, page: Page): Promise<CheckinRow[]> {
  const ids = db
    .select({ id: sql`${checkinTags.checkinId}`.as("id") })
    .from(checkinTags)
    .where(and(eq(checkinTags.teamId, teamId), eq(checkinTags.tag, tag)))
    .orderBy(desc(checkinTags.completedAt), asc(checkinTags.checkinId))
    .limit(page.size)
    .offset(offsetOf(page));
  return readCheckins(db, { teamId }, ids);
}
