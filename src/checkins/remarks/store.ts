import { type AnyColumn, and, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { RemarkKind, RemarkRow } from "../../api/status_hero/remark_body.ts";
import { atomically, type Database } from "../../db/client.ts";
import { checkins, comments, people, reactions } from "../../db/schema/index.ts";
import { newId } from "../../lib/id.ts";
import { mergedPersonIds } from "../../people/store.ts";

type Team = { teamId: string };

const TABLES = { comment: comments, reaction: reactions };

/** A page of the team's remarks of a kind that stand, newest first; `page` counts from 1. */
export function listRemarks(
  db: Database,
  { teamId }: Team,
  kind: RemarkKind,
  { page, size }: { page: number; size: number },
): Promise<RemarkRow[]> {
  const table = TABLES[kind];
  // The index alone leads to the page: only its own remarks are read with their people.
  const ids = db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.teamId, teamId), isNull(table.removedAt)))
    .orderBy(desc(table.createdAt), desc(table.id))
    .limit(size)
    .offset((page - 1) * size);
  return readRemarks(db, kind, inArray(table.id, ids));
}

/** The team's remark with an id, a removed one too; null where there is none. */
export async function findRemark(db: Database, { teamId }: Team, kind: RemarkKind, id: string) {
  const table = TABLES[kind];
  const [row] = await readRemarks(db, kind, and(eq(table.teamId, teamId), eq(table.id, id)));
  return row ?? null;
}

/**
 * Keeps what somebody remarks on a check-in of the team. Where a remark that stands leaves no room for it, that one is
 * meant: the same reaction of the same person, or of somebody merged into them. Null when the check-in is gone by now.
 */
export async function addRemark(
  db: Database,
  { teamId }: Team,
  kind: RemarkKind,
  remark: { checkinId: string; personId: string; body: string },
  now: number,
): Promise<{ id: string; isNew: boolean } | null> {
  const [table, id] = [TABLES[kind], newId()];
  const { checkinId, personId, body } = remark;
  const same = sql`SELECT id FROM ${table} WHERE checkin_id = ${checkinId} AND body = ${body} AND removed_at IS NULL
    AND person_id IN (${mergedPersonIds(personId)})`;
  const isRoom = kind === "reaction" ? sql`NOT EXISTS (${same})` : sql`true`;
  const [, standing] = await atomically(db, [
    sql`INSERT INTO ${table} (id, team_id, checkin_id, person_id, body, created_at)
      SELECT ${id}, team_id, id, ${personId}, ${body}, ${now} FROM checkins
      WHERE team_id = ${teamId} AND id = ${checkinId} AND ${isRoom}`,
    sql`${same} ORDER BY id = ${id} DESC, created_at, id LIMIT 1`,
  ]);
  const [row] = standing!.results as { id: string }[];
  return row ? { id: row.id, isNew: row.id === id } : null;
}

/** Has a remark that stands say something else; false when there is none. */
export const changeRemark = (db: Database, team: Team, kind: RemarkKind, id: string, body: string) =>
  update(db, team, kind, id, { body });

/** Removes a remark that stands, and forgets what it said; false when there is none. */
export const removeRemark = (db: Database, team: Team, kind: RemarkKind, id: string, now: number) =>
  update(db, team, kind, id, { body: "", removedAt: now });

async function update(
  db: Database,
  { teamId }: Team,
  kind: RemarkKind,
  id: string,
  change: { body: string; removedAt?: number },
): Promise<boolean> {
  const table = TABLES[kind];
  const standing = and(eq(table.teamId, teamId), eq(table.id, id), isNull(table.removedAt));
  const changed = await db.update(table).set(change).where(standing).returning({ id: table.id });
  return changed.length > 0;
}

const user = alias(people, "remarker");
const owner = alias(people, "owner");

/** The person meant by an id by now: themselves, or whom they were merged into. */
const lasting = (id: AnyColumn): SQL => sql`(SELECT coalesce(p.merged_into, p.id) FROM ${people} p WHERE p.id = ${id})`;

/** Remarks that `wanted` picks, newest first; it has to name the team. */
function readRemarks(db: Database, kind: RemarkKind, wanted: SQL | undefined): Promise<RemarkRow[]> {
  const table = TABLES[kind];
  return db
    .select({
      id: table.id,
      body: table.body,
      createdAt: table.createdAt,
      removedAt: table.removedAt,
      checkin: { id: checkins.id, slug: checkins.slug, date: checkins.date },
      user,
      owner: { id: owner.id, name: owner.name, lastName: owner.lastName },
    })
    .from(table)
    .innerJoin(checkins, eq(checkins.id, table.checkinId))
    .innerJoin(user, eq(user.id, lasting(table.personId)))
    .innerJoin(owner, eq(owner.id, lasting(checkins.personId)))
    .where(wanted)
    .orderBy(desc(table.createdAt), desc(table.id));
}
