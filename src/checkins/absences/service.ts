import type { ServiceContext } from "../../auth/actor.ts";
import { notFound } from "../../lib/failure.ts";
import { requireMember } from "../../people/lookup_service.ts";
import * as store from "./store.ts";

/**
 * Records that a member is absent on a local date. Returns the member's id, and whether the absence is new. Fails with
 * `not_found` or `gone` for the member.
 */
export async function addMemberAbsence(
  context: ServiceContext,
  member: string,
  date: string,
): Promise<{ memberId: string; isNew: boolean }> {
  const { db, actor, now } = context;
  const { id: personId, memberId } = await requireMember(context, member);
  return { memberId, isNew: await store.addMemberAbsence(db, actor, { personId, date }, now) };
}

/** Removes a member's absence. Fails with `not_found` or `gone` for the member, and with `not_found` if there is none. */
export async function removeMemberAbsence(context: ServiceContext, member: string, date: string): Promise<void> {
  const { db, actor, now } = context;
  const { id: personId } = await requireMember(context, member);
  if (!(await store.removeMemberAbsence(db, actor, { personId, date }, now))) throw notFound();
}

/**
 * Records that the whole team is absent on a local date, and deletes the report of that date unless a check-in is completed
 * or has remarks. Returns whether the absence is new.
 */
export const addTeamAbsence = ({ db, actor }: ServiceContext, date: string): Promise<boolean> =>
  store.addTeamAbsence(db, actor, date);

/** Removes an absence of the whole team; the next request creates the report of today. Fails with `not_found`. */
export async function removeTeamAbsence({ db, actor }: ServiceContext, date: string): Promise<void> {
  if (!(await store.removeTeamAbsence(db, actor, date))) throw notFound();
}
