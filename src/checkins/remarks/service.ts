import type { ServiceContext } from "../../auth/actor.ts";
import { Failure, notFound } from "../../lib/failure.ts";
import { requireMember } from "../../people/lookup_service.ts";
import type { Page } from "../paging.ts";
import { ensureReport } from "../reports/service.ts";
import { requireCheckin } from "../statuses/service.ts";
import type { RemarkKind, RemarkRow } from "./remark.ts";
import * as store from "./store.ts";

/** Lists a page of the team's comments or reactions, the newest first. */
export const listRemarks = ({ db, actor }: ServiceContext, kind: RemarkKind, page: Page): Promise<RemarkRow[]> =>
  store.listRemarks(db, actor, kind, page);

/** Returns a comment or reaction. Fails with `gone` if it was removed, and with `not_found` if there never was one. */
export async function getRemark({ db, actor }: ServiceContext, kind: RemarkKind, id: string): Promise<RemarkRow> {
  const remark = await store.findRemark(db, actor, kind, id);
  if (!remark) throw notFound();
  if (remark.removedAt !== null) throw new Failure("gone");
  return remark;
}

/**
 * Adds a comment or reaction of a member to a check-in, named by its id or slug. A reaction that the member already has on
 * it is returned as it is: `isNew` is false. Fails with `not_found` for the check-in or the member, and with `gone` for a
 * removed member.
 */
export async function addRemark(
  context: ServiceContext,
  kind: RemarkKind,
  { checkin, person, body }: { checkin: string; person: string; body: string },
): Promise<{ remark: RemarkRow; isNew: boolean }> {
  const { db, actor, now } = context;
  await ensureReport(context);
  const { id: checkinId } = await requireCheckin(context, checkin);
  const { id: personId } = await requireMember(context, person, "person");
  const added = await store.addRemark(db, actor, kind, { checkinId, personId, body }, now);
  if (!added) throw notFound();
  return { remark: await getRemark(context, kind, added.id), isNew: added.isNew };
}

/** Replaces the text of a comment. Fails as `getRemark` does. */
export async function changeComment(context: ServiceContext, id: string, body: string): Promise<RemarkRow> {
  await store.changeComment(context.db, context.actor, id, body);
  return getRemark(context, "comment", id);
}

/** Removes a comment or reaction, and forgets its text. Fails as `getRemark` does. */
export async function removeRemark(context: ServiceContext, kind: RemarkKind, id: string): Promise<void> {
  const { db, actor, now } = context;
  const isRemoved = await store.removeRemark(db, actor, kind, id, now);
  // Fails with the reason why nothing was removed.
  if (!isRemoved) await getRemark(context, kind, id);
}
