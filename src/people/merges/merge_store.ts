import { and, desc, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { abortUnless, atomically, type Database, isAborted } from "../../db/client.ts";
import { merges, people } from "../../db/schema/index.ts";
import { newId } from "../../lib/id.ts";
import { type Account, bumpDirectoryVersion, defaultUsername } from "../store.ts";

/** The reasons for which a batch of this file is aborted. */
const ALREADY_MERGED = "already_merged";
const CANNOT_UNDO = "cannot_undo";

/**
 * Merges one person into another, in one atomic batch. The other person gets the identities, the people merged into the
 * first one earlier, and a membership of each team that only the first one is on. Returns false, and changes nothing, if
 * either of them is already merged, so that of two merges of one person at the same time only one succeeds.
 */
export async function mergePeople(
  db: Database,
  { accountId }: Account,
  { fromId, intoId }: { fromId: string; intoId: string },
  now: number,
): Promise<boolean> {
  const mergeId = newId();
  // Both exist, are two people, and neither is merged.
  const canMerge = sql`2 = (SELECT count(*) FROM people
    WHERE account_id = ${accountId} AND id IN (${fromId}, ${intoId}) AND merged_into IS NULL)`;
  // The id of an added membership: the first half of the merge's UUID, the second half of the copied membership's. So
  // `recordMoves` can compute it again.
  const addedId = sql`${mergeId.slice(0, 24)} || substr(copied.id, 25)`;
  const addMembers = sql`
    INSERT INTO members (id, team_id, person_id, role, manager, username, created_at, removed_at)
    SELECT ${addedId}, copied.team_id, into_person.id, copied.role, copied.manager,
      ${defaultUsername(sql`copied.team_id`, sql`into_person.slug`, addedId)}, ${now}, copied.removed_at
    FROM members copied JOIN people into_person ON into_person.id = ${intoId}
    WHERE copied.person_id = ${fromId}
      AND NOT EXISTS (SELECT 1 FROM members WHERE team_id = copied.team_id AND person_id = into_person.id)`;
  const recordMoves = sql`
    INSERT INTO merge_moves (merge_id, kind, moved_id)
    SELECT ${mergeId}, 'identity', id FROM identities WHERE person_id = ${fromId}
    UNION ALL
    SELECT ${mergeId}, 'person', id FROM people WHERE merged_into = ${fromId}
    UNION ALL
    SELECT ${mergeId}, 'member', added.id FROM members copied JOIN members added ON added.id = ${addedId}
    WHERE copied.person_id = ${fromId}`;
  try {
    await atomically(db, [
      abortUnless(canMerge, ALREADY_MERGED),
      sql`INSERT INTO merges (id, account_id, from_person_id, into_person_id, created_at)
        VALUES (${mergeId}, ${accountId}, ${fromId}, ${intoId}, ${now})`,
      addMembers,
      // Before the updates that it records.
      recordMoves,
      // The triggers `identities_stale_moved` and `people_stale_merged` mark the days of both people to be counted again.
      sql`UPDATE identities SET person_id = ${intoId} WHERE person_id = ${fromId}`,
      sql`UPDATE people SET merged_into = ${intoId} WHERE merged_into = ${fromId} OR id = ${fromId}`,
      bumpDirectoryVersion({ accountId }),
    ]);
    return true;
  } catch (error) {
    if (isAborted(error, ALREADY_MERGED)) return false;
    throw error;
  }
}

/**
 * Undoes a merge, in one atomic batch: moves back exactly what it moved, and removes the memberships that it added, except
 * on teams where tools have reported the other person's own identities. Returns false, and changes nothing, if the merge is
 * already undone, or if a later merge must be undone first: see `findLaterMerge`.
 */
export async function undoMerge(db: Database, { accountId }: Account, mergeId: string, now: number): Promise<boolean> {
  const canUndo = sql`EXISTS (
    SELECT 1 FROM merges merge
    WHERE merge.id = ${mergeId} AND merge.account_id = ${accountId} AND merge.undone_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM merges later WHERE ${dependsOnMerge}))`;
  const fromId = sql`(SELECT from_person_id FROM merges WHERE id = ${mergeId})`;
  const moved = (kind: "identity" | "person" | "member") =>
    sql`SELECT moved_id FROM merge_moves WHERE merge_id = ${mergeId} AND kind = ${kind}`;
  try {
    await atomically(db, [
      abortUnless(canUndo, CANNOT_UNDO),
      // The triggers `identities_stale_moved` and `people_stale_merged` mark the days of both people to be counted again.
      sql`UPDATE identities SET person_id = ${fromId} WHERE id IN (${moved("identity")})`,
      sql`UPDATE people SET merged_into = ${fromId} WHERE id IN (${moved("person")})`,
      sql`UPDATE people SET merged_into = NULL WHERE id = ${fromId}`,
      // After the identities: what the moved ones reported is no longer the other person's own.
      sql`DELETE FROM members WHERE id IN (${moved("member")}) AND NOT EXISTS (${reportedOnTeam})`,
      bumpDirectoryVersion({ accountId }),
      sql`UPDATE merges SET undone_at = ${now} WHERE id = ${mergeId}`,
    ]);
    return true;
  } catch (error) {
    if (isAborted(error, CANNOT_UNDO)) return false;
    throw error;
  }
}

/** The identities of a member that tools have reported on the member's team. */
const reportedOnTeam = sql`SELECT 1 FROM identities identity WHERE identity.person_id = members.person_id
  AND (EXISTS (SELECT 1 FROM events WHERE team_id = members.team_id AND identity_id = identity.id)
    OR EXISTS (SELECT 1 FROM blocks WHERE team_id = members.team_id AND identity_id = identity.id))`;

/**
 * Whether merge `later` is active and must be undone before merge `merge`: it merged the same person into another one, or it
 * merged into that person someone of a team that the person is on only because of `merge`.
 */
const dependsOnMerge = sql`later.undone_at IS NULL AND later.id <> merge.id AND (
  later.from_person_id = merge.into_person_id
  OR (later.into_person_id = merge.into_person_id AND EXISTS (
    SELECT 1 FROM merge_moves move
      JOIN members added ON added.id = move.moved_id
      JOIN members from_member ON from_member.team_id = added.team_id AND from_member.person_id = later.from_person_id
    WHERE move.merge_id = merge.id AND move.kind = 'member')))`;

const fromPerson = alias(people, "from_person");
const intoPerson = alias(people, "into_person");

/** Selects the merges that are not undone, newest first. */
const selectActive = (db: Database, { accountId }: Account, condition: SQL | undefined) =>
  db
    .select({
      id: merges.id,
      from: { id: fromPerson.id, name: fromPerson.name },
      into: { id: intoPerson.id, name: intoPerson.name },
      createdAt: merges.createdAt,
    })
    .from(merges)
    .innerJoin(fromPerson, eq(fromPerson.id, merges.fromPersonId))
    .innerJoin(intoPerson, eq(intoPerson.id, merges.intoPersonId))
    .where(and(eq(merges.accountId, accountId), isNull(merges.undoneAt), condition))
    // The order of insertion: two merges may have the same time, or times of two clocks.
    .orderBy(desc(sql`${merges}.rowid`));

/** Lists the active merges into a person, newest first. */
export const listMerges = (db: Database, account: Account, intoId: string) =>
  selectActive(db, account, eq(merges.intoPersonId, intoId));

/** A merge that is not undone, with the names of both people. */
export type Merge = Awaited<ReturnType<typeof listMerges>>[number];

/**
 * Finds the active merge to undo: that of `fromId` into `intoId`, or into a person merged into `intoId` since; without
 * `fromId`, the newest into `intoId`. Undefined if there is none.
 */
export async function findMerge(
  db: Database,
  account: Account,
  { intoId, fromId }: { intoId: string; fromId?: string | undefined },
): Promise<Merge | undefined> {
  const isInto = eq(merges.intoPersonId, intoId);
  const condition =
    fromId === undefined ? isInto : and(eq(merges.fromPersonId, fromId), or(isInto, eq(intoPerson.mergedInto, intoId)));
  const [merge] = await selectActive(db, account, condition);
  return merge;
}

/** Finds the newest merge that must be undone before this one; undefined if there is none. */
export async function findLaterMerge(db: Database, account: Account, mergeId: string): Promise<Merge | undefined> {
  const dependent = sql`SELECT later.id FROM merges merge JOIN merges later ON ${dependsOnMerge} WHERE merge.id = ${mergeId}`;
  const [merge] = await selectActive(db, account, sql`${merges.id} IN (${dependent})`);
  return merge;
}
