import { type AnyColumn, and, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { atomically, type Database } from "../../db/client.ts";
import { checkins, comments, people, reactions } from "../../db/schema/index.ts";
import { newId } from "../../lib/id.ts";
import { mergedPersonIds, type Tenant } from "../../people/store.ts";
import { offsetOf, type Page } from "../paging.ts";
import type { RemarkKind, RemarkRow } from "./remark.ts";

type Team = Pick<Tenant, "teamId">;

const TABLES = { comment: comments, reaction: reactions };

/** Lists a page of the team's remarks of a kind that were not removed, the newest first. */
export function listRemarks(db: Database, { teamId }: Team, kind: RemarkKind, page: Page): Promise<RemarkRow[]> {
  const table = TABLES[kind];
  // The page is found in the index alone, so check-ins and people are read for its own remarks only.
  const ids = db
    .select({ id: table.id })
    .from(table)
    .where(and(eq(table.teamId, teamId), isNull(table.removedAt)))
    .orderBy(desc(table.createdAt), desc(table.id))
    .limit(page.size)
    .offset(offsetOf(page));
  return readRemarks(db, kind, inArray(table.id, ids));
}

/** Finds the team's remark by its id, a removed one too; null if there is none. */
export async function findRemark(
  db: Database,
  { teamId }: Team,
  kind: RemarkKind,
  id: string,
): Promise<RemarkRow | null> {
  const table = TABLES[kind];
  const [row] = await readRemarks(db, kind, and(eq(table.teamId, teamId), eq(table.id, id)));
  return row ?? null;
}

/**
 * Adds a remark to a check-in of the team. A person has one reaction of a kind on a check-in: where they, or a person merged
 * into them, have it already, its id is returned. Null if the check-in was deleted.
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
  const selectEqual = sql`SELECT id FROM ${table}
    WHERE checkin_id = ${checkinId} AND body = ${body} AND removed_at IS NULL AND person_id IN (${mergedPersonIds(personId)})`;
  const mayInsert = kind === "reaction" ? sql`NOT EXISTS (${selectEqual})` : sql`true`;
  const [, found] = await atomically(db, [
    sql`INSERT INTO ${table} (id, team_id, checkin_id, person_id, body, created_at)
      SELECT ${id}, team_id, id, ${personId}, ${body}, ${now} FROM checkins
      WHERE team_id = ${teamId} AND id = ${checkinId} AND ${mayInsert}`,
    // The new one if it was inserted, else the oldest equal one.
    sql`${selectEqual} ORDER BY id = ${id} DESC, created_at, id LIMIT 1`,
  ]);
  const [row] = found!.results as { id: string }[];
  return row ? { id: row.id, isNew: row.id === id } : null;
}

/** Replaces the text of the team's comment; false if there is none, or it was removed. */
export const changeComment = (db: Database, team: Team, id: string, body: string): Promise<boolean> =>
  update(db, team, "comment", id, { body });

/** Removes the team's remark and clears its text; false if there is none, or it was removed before. */
export const removeRemark = (db: Database, team: Team, kind: RemarkKind, id: string, now: number): Promise<boolean> =>
  update(db, team, kind, id, { body: "", removedAt: now });

async function update(
  db: Database,
  { teamId }: Team,
  kind: RemarkKind,
  id: string,
  change: { body: string; removedAt?: number },
): Promise<boolean> {
  const table = TABLES[kind];
  const isPresent = and(eq(table.teamId, teamId), eq(table.id, id), isNull(table.removedAt));
  const changed = await db.update(table).set(change).where(isPresent).returning({ id: table.id });
  return changed.length > 0;
}

const author = alias(people, "author");
const checkinOwner = alias(people, "checkin_owner");

/** The id of the person whom a person id means now: after a merge, the successor. */
const currentPersonId = (id: AnyColumn): SQL =>
  sql`(SELECT coalesce(person.merged_into, person.id) FROM ${people} person WHERE person.id = ${id})`;

/** Reads the remarks that match `condition`, which must name the team, the newest first. */
function readRemarks(db: Database, kind: RemarkKind, condition: SQL | undefined): Promise<RemarkRow[]> {
  const table = TABLES[kind];
  return db
    .select({
      id: table.id,
      body: table.body,
      createdAt: table.createdAt,
      removedAt: table.removedAt,
      checkin: { id: checkins.id, slug: checkins.slug, date: checkins.date },
      author,
      checkinOwner: { id: checkinOwner.id, name: checkinOwner.name, lastName: checkinOwner.lastName },
    })
    .from(table)
    .innerJoin(checkins, eq(checkins.id, table.checkinId))
    .innerJoin(author, eq(author.id, currentPersonId(table.personId)))
    .innerJoin(checkinOwner, eq(checkinOwner.id, currentPersonId(checkins.personId)))
    .where(condition)
    .orderBy(desc(table.createdAt), desc(table.id));
}
