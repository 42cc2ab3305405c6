import { monthDay } from "../../lib/date_words.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { splitName } from "../../people/name.ts";
import type { User } from "../../people/user.ts";
import { checkinUrl, type Place } from "./link.ts";
import { userBody } from "./user_body.ts";

/** What people leave on a check-in. */
export type RemarkKind = "comment" | "reaction";

/** A remark as it is stored, with whose it is and whose check-in it is on: the people, or whom they were merged into. */
export type RemarkRow = {
  id: string;
  /** A comment's text, or an emoji's short name. */
  body: string;
  createdAt: number;
  removedAt: number | null;
  checkin: { id: string; slug: string; date: string };
  user: User;
  owner: Pick<User, "id" | "name" | "lastName">;
};

/** A remark as Status Hero shows it ("Comments", "Reactions"). */
export const remarkBody = (kind: RemarkKind, remark: RemarkRow, place: Place & { teamTimeZone: string }) => ({
  id: remark.id,
  body: remark.body,
  created_at: wholeSeconds(remark.createdAt),
  status_id: remark.checkin.id,
  title: title(kind, remark),
  url: checkinUrl(place, remark.checkin.slug),
  user: userBody(remark.user, place.teamTimeZone),
});

function title(kind: RemarkKind, { user, owner, checkin, body }: RemarkRow): string {
  const who = splitName(user).first;
  const day = monthDay(checkin.date);
  const on = user.id === owner.id ? `their ${day} check-in` : `a ${day} check-in from ${splitName(owner).first}`;
  return kind === "comment" ? `${who} added a comment to ${on}` : `${who} reacted to ${on} with :${body}:`;
}
