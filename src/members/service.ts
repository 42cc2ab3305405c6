import type { ServiceContext } from "../auth/actor.ts";
import { type AbsentMember, withAbsentDates } from "../checkins/absences/service.ts";
import { conflict } from "../lib/failure.ts";
import { localDate } from "../lib/time_zone.ts";
import { requireMember, requireRightToChange } from "../people/lookup_service.ts";
import { newIdentityRefusal } from "../people/new_identities.ts";
import { findPerson, listTeam } from "../people/person_store.ts";
import { showToViewers } from "../presence/viewers_service.ts";
import { pageOfMembers } from "./listing.ts";
import { changeName, type NameChange } from "./name_change.ts";
import * as store from "./store.ts";

// Live viewers are sent a change before these functions return, as far as `showToViewers` can.

/** What to change of a member; undefined leaves a field as it is. */
export type MemberChange = NameChange & Omit<store.MemberChange, keyof NameChange>;

/** A new member, with a name or both parts of one. Without a role, they are active. */
export type NewMember = MemberChange & { email: string };

/** Lists a page of the team's members by last name. With `q`, only members whose name or e-mail contains it. */
export async function listMembers(
  context: ServiceContext,
  page: { q: string; page: number; size: number },
): Promise<AbsentMember[]> {
  const { db, actor } = context;
  return withAbsentDates(context, pageOfMembers(await listTeam(db, actor, { withIdentifiers: false }), page));
}

/** Returns the member that a reference names. Fails with `not_found`, and with `gone` where they were removed. */
export async function getMember(context: ServiceContext, reference: string): Promise<AbsentMember> {
  const [member] = await withAbsentDates(context, [await requireMember(context, reference)]);
  return member!;
}

/**
 * Adds the person who has an e-mail address to the team, as `store.addMember` describes. Fails with `conflict` where they are
 * on the team already, where the address or username belongs to another person, or where the team's key has created as many
 * identities today as the team allows.
 */
export async function addMember(
  context: ServiceContext,
  { name, firstName, lastName, role = "active", ...fields }: NewMember,
): Promise<AbsentMember> {
  const { db, actor } = context;
  const { email } = fields;
  if (await findPerson(db, actor, email)) throw memberConflict(email);
  if (await store.isIdentifierOfAnother(db, actor, email, null)) throw takenConflict("email", fields);
  const member = { ...fields, ...changeName({ name, firstName, lastName })!, role };
  const added = await store.addMember(db, actor, member, actor.team.newIdentitiesPerDay, momentOf(context));
  if ("personId" in added) {
    await showToViewers(context, [added.personId]);
    return getMember(context, added.personId);
  }
  // Another request has added the person since the first look-up.
  if (added.refused === "member") throw memberConflict(email);
  if (added.refused === "limit") throw conflict(`email: ${newIdentityRefusal(actor.team.newIdentitiesPerDay)}`);
  throw takenConflict(added.refused, fields);
}

/**
 * Changes the member that a reference names. Fails with `not_found`, with `gone` where they were removed, and with `conflict`
 * where the new e-mail or username belongs to another person, or where the team may not change the person themselves: role,
 * manager and username belong to the membership, everything else to the person.
 */
export async function changeMember(
  context: ServiceContext,
  reference: string,
  { name, firstName, lastName, ...fields }: MemberChange,
): Promise<AbsentMember> {
  const { db, actor } = context;
  const member = await requireMember(context, reference);
  const { role, manager, username, ...ofPerson } = fields;
  const change = { ...ofPerson, ...changeName({ name, firstName, lastName }, member) };
  // A change that makes them a member of this team may change the rest in the same request.
  const isMemberAfter = role === "active" || manager === true;
  const changesPerson = Object.values(change).some((value) => value !== undefined);
  if (changesPerson && !isMemberAfter) await requireRightToChange(context, member);
  if (fields.email !== undefined) await requireFreeEmail(context, fields.email, member.id);
  const taken = await store.changeMember(
    ...([db, actor, member.id, { ...change, role, manager, username }, momentOf(context)] as const),
  );
  if (taken) throw takenConflict(taken, fields);
  await showToViewers(context, [member.id]);
  return getMember(context, member.id);
}

/**
 * Removes the member that a reference names from the team. Everything they did stays. Fails with `not_found`, and with `gone`
 * where they were removed before.
 */
export async function removeMember(context: ServiceContext, reference: string): Promise<void> {
  const { id } = await requireMember(context, reference);
  await store.removeMember(context.db, context.actor, id, momentOf(context));
  await showToViewers(context, [id]);
}

async function requireFreeEmail({ db, actor }: ServiceContext, email: string, personId: string): Promise<void> {
  const merged = await store.findMergedOwner(db, actor, email, personId);
  if (merged !== null) throw conflict(`email: ${email} is ${merged}'s, who was merged into this person`);
  if (await store.isIdentifierOfAnother(db, actor, email, personId)) throw takenConflict("email", { email });
}

const momentOf = ({ actor, now }: ServiceContext) => ({ now, today: localDate(now, actor.team.timeZone) });

const memberConflict = (email: string) => conflict(`email: ${email} is on the team already`);

const takenConflict = (field: store.Taken, values: { email?: string | undefined; username?: string | undefined }) =>
  conflict(`${field}: ${values[field]} belongs to another person`);
