import { sql } from "drizzle-orm";
import type { TeamSettings } from "../../auth/actor.ts";
import type { Database } from "../../db/client.ts";
import { comments, events, identities, reactions } from "../../db/schema/index.ts";
import type { Tenant } from "../../people/store.ts";
import { activityWindow } from "../activities/window.ts";
import type { Checkin, CheckinRow } from "./checkin.ts";

/** A tenant with the time zone in which its days begin and end. */
type TenantInZone = Tenant & { team: Pick<TeamSettings, "timeZone"> };

/** Adds to check-ins the ids of their comments, reactions and activities: two queries, however many check-ins. */
export async function withRelatedIds(db: Database, tenant: TenantInZone, rows: CheckinRow[]): Promise<Checkin[]> {
  if (rows.length === 0) return [];
  const [remarks, activities] = await Promise.all([readRemarks(db, tenant, rows), readActivities(db, tenant, rows)]);
  const commentIds = idsByCheckin(remarks.filter(({ kind }) => kind === "comment"));
  const reactionIds = idsByCheckin(remarks.filter(({ kind }) => kind === "reaction"));
  const activityIds = idsByCheckin(activities);
  return rows.map((row) => ({
    ...row,
    commentIds: commentIds.get(row.id) ?? [],
    reactionIds: reactionIds.get(row.id) ?? [],
    activityIds: activityIds.get(row.id) ?? [],
  }));
}

type RelatedRow = { checkinId: string; id: string };

function idsByCheckin(rows: RelatedRow[]): Map<string, string[]> {
  const groups = Map.groupBy(rows, ({ checkinId }) => checkinId);
  return new Map([...groups].map(([checkinId, group]) => [checkinId, group.map(({ id }) => id)]));
}

/** Reads the comments and reactions of check-ins that were not removed, the oldest first. */
function readRemarks(db: Database, { teamId }: Tenant, rows: CheckinRow[]) {
  const ids = JSON.stringify(rows.map(({ id }) => id));
  // The unary plus keeps SQLite from using the index by team, which would read all remarks the team ever made.
  const select = (table: typeof comments | typeof reactions, kind: string) => sql`
    SELECT ${kind} AS kind, remark.checkin_id AS checkinId, remark.id AS id, remark.created_at AS createdAt
    FROM json_each(${ids}) wanted CROSS JOIN ${table} remark ON remark.checkin_id = wanted.value
    WHERE +remark.team_id = ${teamId} AND remark.removed_at IS NULL`;
  return db.all<RelatedRow & { kind: "comment" | "reaction" }>(sql`
    ${select(comments, "comment")} UNION ALL ${select(reactions, "reaction")} ORDER BY createdAt, id`);
}

/** Reads the events of each check-in's person within its activity window, the oldest first. */
function readActivities(
  db: Database,
  { accountId, teamId, team }: TenantInZone,
  rows: CheckinRow[],
): Promise<RelatedRow[]> {
  const wanted = rows.map((row) => ({
    checkinId: row.id,
    personId: row.person.id,
    ...activityWindow(row, team.timeZone),
  }));
  // Cross joins keep the order written: by check-in and identity. SQLite would otherwise read the events of the whole team.
  return db.all<RelatedRow>(sql`
    SELECT wanted.value ->> 'checkinId' AS checkinId, event.id AS id
    FROM json_each(${JSON.stringify(wanted)}) wanted
      CROSS JOIN ${identities} identity
        ON identity.person_id = (wanted.value ->> 'personId') AND identity.account_id = ${accountId}
      CROSS JOIN ${events} event
        ON event.team_id = ${teamId} AND event.identity_id = identity.id
          AND event.occurred_at >= (wanted.value ->> 'start') AND event.occurred_at < (wanted.value ->> 'end')
    ORDER BY event.occurred_at, event.id`);
}
