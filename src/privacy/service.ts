import type { ServiceContext } from "../auth/actor.ts";
import { forEachConcurrently } from "../lib/concurrency.ts";
import { badRequest } from "../lib/failure.ts";
import { requireRightToChange, requireSubject } from "../people/lookup_service.ts";
import { flushBlocks, removeIdentities, wakeObject } from "../presence/stub.ts";
import * as erasure from "./erasure_store.ts";
import { EXPORT_COLUMNS, exportPerson as exportTables } from "./export_store.ts";

/**
 * Exports everything stored on the caller's team about a person, including the people merged into them. The tables are read
 * page by page while the caller reads them. Fails with `not_found`.
 */
export async function exportPerson(context: ServiceContext, reference: string) {
  const { db, objects, actor, now } = context;
  const { id } = await requireSubject(context, reference);
  // Has the object write its last heartbeats of the person to D1, where the export reads.
  await flushBlocks(objects, actor, id);
  return {
    personId: id,
    teamId: actor.teamId,
    exportedAt: now,
    tables: exportTables(db, actor, id),
    columns: EXPORT_COLUMNS,
  };
}

/**
 * Erases a person, with everything stored about them, from all teams of the account: people belong to the account. `left` is
 * null when nothing is left, else the rows that are left: one call deletes a limited number, and the next one continues.
 *
 * Fails with `not_found`; with `bad_request` where `id` is not an id; with `conflict` where the team only observes a person of
 * other teams.
 */
export async function erasePerson(
  context: ServiceContext,
  id: string,
): Promise<{ personId: string; left: erasure.HistoryRows | null }> {
  const { db, actor } = context;
  const person = await requireSubject(context, id);
  const { id: personId, memberId, formerId, namedId } = person;
  // Any other reference may be another person's once this one is erased, and a call may be repeated.
  if (![personId, memberId, formerId, namedId].includes(id)) {
    throw badRequest([{ path: "id", message: "must be the id of a person: no other name is for good" }]);
  }
  await requireRightToChange(context, person);
  const isErased = await erasePeople(context, [personId]);
  return { personId, left: isErased ? null : await erasure.countHistory(db, actor, [personId]) };
}

/**
 * Erases people from all teams of the account. Returns false where the limit of one call was reached: the people are still
 * there, and the next call continues. The caller has checked that the team may erase them.
 */
export async function erasePeople(
  { db, objects, actor, now }: ServiceContext,
  personIds: erasure.PersonIds,
): Promise<boolean> {
  const [teamIds, identityIds] = await Promise.all([
    erasure.listTeamIds(db, actor),
    erasure.listIdentityIds(db, actor, personIds),
  ]);
  // 1. The objects, before the rows: an object would still write its blocks to D1.
  await forEachConcurrently(teamIds, (teamId) => removeIdentities(objects, teamId, identityIds));
  // 2. The long tables. The people stay until they are empty, so that the same call can be repeated.
  if (!(await erasure.deleteHistory(db, actor, personIds))) return false;
  // 3. Everything else.
  const directoryVersion = await erasure.deletePeople(db, actor, personIds, now);
  // 4. The objects again: a tool that reported one of them since step 1 linked them to the person now deleted.
  await forEachConcurrently(teamIds, (teamId) => wakeObject(objects, { teamId, directoryVersion }));
  return true;
}
