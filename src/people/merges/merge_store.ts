import { and, desc, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { atomically, type Database } from "../../db/client.ts";
import { merges, people } from "../../db/schema/index.ts";
import { newId } from "../../lib/id.ts";
import { type Account, bumpDirectoryVersion, usualUsername } from "../store.ts";

/**
 * Merges one person into another, in one atomic batch: identities are re-pointed, people merged into the first move
 * along, and the successor joins the teams they were missing from. False, and nothing done, when either of them has been
 * merged by now: of two merges of one person at once, one stands.
 */
export async function mergePeople(
  db: Database,
  { accountId }: Account,
  { fromId, intoId }: { fromId: string; intoId: string },
  now: number,
): Promise<boolean> {
  const id = newId();
  const merge = sql`
    INSERT INTO merges (id, account_id, from_person_id, into_person_id, created_at)
    SELECT ${id}, ${accountId}, f.id, t.id, ${now} FROM people f JOIN people t ON t.account_id = f.account_id
    WHERE f.id = ${fromId} AND t.id = ${intoId} AND f.id <> t.id AND f.account_id = ${accountId}
      AND f.merged_into IS NULL AND t.merged_into IS NULL
    RETURNING id`;
  // A UUID for each membership added that can be told again: the merge's, ending as that of the membership it stands for.
  const addedId = sql`substr(g.id, 1, 24) || substr(f.id, 25)`;
  const username = usualUsername(sql`f.team_id`, sql`t.slug`, addedId);
  const members = sql`
    INSERT INTO members (id, team_id, person_id, role, manager, username, created_at, removed_at)
    SELECT ${addedId}, f.team_id, t.id, f.role, f.manager, ${username}, g.created_at, f.removed_at
    FROM merges g JOIN members f ON f.person_id = g.from_person_id JOIN people t ON t.id = g.into_person_id
    WHERE g.id = ${id} AND NOT EXISTS (SELECT 1 FROM members WHERE team_id = f.team_id AND person_id = t.id)`;
  const moves = sql`
    INSERT INTO merge_moves (merge_id, kind, moved_id)
    SELECT g.id, 'identity', i.id FROM merges g JOIN identities i ON i.person_id = g.from_person_id WHERE g.id = ${id}
    UNION ALL
    SELECT g.id, 'person', p.id FROM merges g JOIN people p ON p.merged_into = g.from_person_id WHERE g.id = ${id}
    UNION ALL
    SELECT g.id, 'member', m.id
    FROM merges g JOIN members f ON f.person_id = g.from_person_id JOIN members m ON m.id = ${addedId} WHERE g.id = ${id}`;
  const [merged] = await atomically(db, [
    merge,
    members,
    moves,
    sql`UPDATE identities SET person_id = ${intoId} WHERE id IN (${moved(sql`${id}`, "identity")})`,
    sql`UPDATE people SET merged_into = ${intoId} WHERE id IN (${moved(sql`${id}`, "person")})
      OR id = (SELECT from_person_id FROM merges WHERE id = ${id})`,
    bumpDirectoryVersion({ accountId }, sql`EXISTS (SELECT 1 FROM merges WHERE id = ${id})`),
  ]);
  return merged!.results.length > 0;
}

/**
 * Undoes a merge, in one atomic batch: moves back exactly what it moved, and removes the memberships it added, but where
 * their own tools have spoken on that team since. False, and nothing done, when it has been undone by now, or when a later
 * merge builds on it: see `findMergeOnTop`.
 */
export async function undoMerge(db: Database, { accountId }: Account, mergeId: string, now: number): Promise<boolean> {
  // The merge, as long as it may be undone: no statement of the batch but the last changes what this finds.
  const id = sql`(SELECT g.id FROM merges g
    WHERE g.id = ${mergeId} AND g.account_id = ${accountId} AND g.undone_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM merges l WHERE ${buildsOn}))`;
  const fromId = sql`(SELECT from_person_id FROM merges WHERE id = ${id})`;
  const results = await atomically(db, [
    sql`UPDATE identities SET person_id = ${fromId} WHERE id IN (${moved(id, "identity")})`,
    sql`UPDATE people SET merged_into = ${fromId} WHERE id IN (${moved(id, "person")})`,
    sql`UPDATE people SET merged_into = NULL WHERE id = ${fromId}`,
    sql`DELETE FROM members WHERE id IN (${moved(id, "member")}) AND NOT EXISTS (${ownHistory})`,
    bumpDirectoryVersion({ accountId }, sql`${id} IS NOT NULL`),
    sql`UPDATE merges SET undone_at = ${now} WHERE id = ${id} RETURNING id`,
  ]);
  return results.at(-1)!.results.length > 0;
}

/** What a member's own tools have told the team, and so would have brought them there without any merge. */
const ownHistory = sql`SELECT 1 FROM identities i WHERE i.person_id = members.person_id
  AND (EXISTS (SELECT 1 FROM events WHERE team_id = members.team_id AND identity_id = i.id)
    OR EXISTS (SELECT 1 FROM blocks WHERE team_id = members.team_id AND identity_id = i.id))`;

const moved = (mergeId: SQL, kind: "identity" | "person" | "member") =>
  sql`SELECT moved_id FROM merge_moves WHERE merge_id = ${mergeId} AND kind = ${kind}`;

/**
 * Whether merge `l` stands and builds on merge `g`: it merged the successor into somebody else, or is of somebody on a
 * team that the successor belongs to only because of `g`.
 */
const buildsOn = sql`l.undone_at IS NULL AND l.id <> g.id AND (l.from_person_id = g.into_person_id
  OR (l.into_person_id = g.into_person_id AND EXISTS (
    SELECT 1 FROM merge_moves v JOIN members added ON added.id = v.moved_id
      JOIN members their ON their.team_id = added.team_id AND their.person_id = l.from_person_id
    WHERE v.merge_id = g.id AND v.kind = 'member')))`;

const from = alias(people, "from_person");
const into = alias(people, "into_person");

/** Standing merges, newest first. */
const standing = (db: Database, { accountId }: Account, condition: SQL | undefined) =>
  db
    .select({
      id: merges.id,
      from: { id: from.id, name: from.name },
      into: { id: into.id, name: into.name },
      createdAt: merges.createdAt,
    })
    .from(merges)
    .innerJoin(from, eq(from.id, merges.fromPersonId))
    .innerJoin(into, eq(into.id, merges.intoPersonId))
    .where(and(eq(merges.accountId, accountId), isNull(merges.undoneAt), condition))
    // Rows are numbered as they come; times may be equal, or of two clocks.
    .orderBy(desc(sql`${merges}.rowid`));

/** The standing merges into a person, newest first. */
export const listMerges = (db: Database, account: Account, intoId: string) =>
  standing(db, account, eq(merges.intoPersonId, intoId));

/**
 * The merge to undo: that of `fromId` into `intoId`, or into somebody merged there since; where `fromId` is left out, the
 * newest that stands into `intoId`.
 */
export async function findMerge(
  db: Database,
  account: Account,
  sought: { intoId: string; fromId?: string | undefined },
) {
  const direct = eq(merges.intoPersonId, sought.intoId);
  const fromThem = (fromId: string) =>
    and(eq(merges.fromPersonId, fromId), or(direct, eq(into.mergedInto, sought.intoId)));
  const [merge] = await standing(db, account, sought.fromId === undefined ? direct : fromThem(sought.fromId));
  return merge;
}

/** The newest merge that has to be undone before this one. */
export async function findMergeOnTop(db: Database, account: Account, mergeId: string) {
  const above = sql`${merges.id} IN (SELECT l.id FROM merges g JOIN merges l ON ${buildsOn} WHERE g.id = ${mergeId})`;
  const [merge] = await standing(db, account, above);
  return merge;
}
