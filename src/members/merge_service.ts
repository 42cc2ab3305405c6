import type { ServiceContext } from "../auth/actor.ts";
import { conflict } from "../lib/failure.ts";
import { requirePerson, requireRightToChange } from "../people/lookup_service.ts";
import { laterMergeConflict, mergeConflict, noMergeConflict } from "../people/merges/conflicts.ts";
import * as store from "../people/merges/merge_store.ts";
import { findPerson } from "../people/person_store.ts";
import { addDetails, type PersonDetails } from "../people/service.ts";
import { showToViewers } from "../presence/viewers_service.ts";

// In this slice and not in people: a merge changes who is on which team, and only slices after presence may call the objects
// of these teams. Live viewers are sent a change before these functions return, as far as `showToViewers` can.

/**
 * Merges the person that `person` names into the one that `into` names, and returns the latter. Fails with `not_found`, and
 * with `conflict` where `person` is merged already, both are one person, or the team may not change one of them.
 */
export async function mergePeople(
  context: ServiceContext,
  references: { into: string; person: string },
): Promise<PersonDetails> {
  const { db, actor, now } = context;
  const into = await requirePerson(context, references.into);
  const from = await requirePerson(context, references.person, "person");
  const problem = mergeConflict(from, into);
  if (problem) throw conflict(problem);
  await requireRightToChange(context, into);
  await requireRightToChange(context, from);
  const isMerged = await store.mergePeople(db, actor, { fromId: from.id, intoId: into.id }, now);
  if (!isMerged) throw changedMeanwhile();
  await showToViewers(context, [from.id, into.id]);
  return addDetails(context, await requirePerson(context, into.id));
}

/**
 * Undoes the merge of the person that `person` names into the one that `into` names; without `person`, the newest merge into
 * that one. Returns the person that `into` names. Fails with `not_found`, and with `conflict` where there is no such merge, a
 * later one must be undone first, or the team may not change one of the two people.
 */
export async function unmergePeople(
  context: ServiceContext,
  references: { into: string; person?: string | undefined },
): Promise<PersonDetails> {
  const { db, actor, now } = context;
  const into = await requirePerson(context, references.into);
  const from = references.person === undefined ? null : await requirePerson(context, references.person, "person");
  const merge = await store.findMerge(db, actor, { intoId: into.namedId, fromId: from?.namedId });
  if (!merge) throw conflict(noMergeConflict(into, from));
  await requireRightToChange(context, into);
  // The merged person may be on teams of their own: they get them back.
  await requireRightToChange(context, merge.from);
  if (!(await store.undoMerge(db, actor, merge.id, now))) {
    const later = await store.findLaterMerge(db, actor, merge.id);
    throw later ? conflict(laterMergeConflict(later)) : changedMeanwhile();
  }
  await showToViewers(context, [merge.from.id, merge.into.id]);
  // If only this merge had brought `into` to the team, they are no longer on it, but the unmerged person is.
  const remaining = (await findPerson(db, actor, into.id)) ?? (await requirePerson(context, merge.from.id));
  return addDetails(context, remaining);
}

const changedMeanwhile = () => conflict("Another request has just merged or unmerged these people");
