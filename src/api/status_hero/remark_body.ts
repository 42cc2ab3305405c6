import type { RemarkKind, RemarkRow } from "../../checkins/remarks/remark.ts";
import { monthDay } from "../../lib/date_words.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { splitName } from "../../people/name.ts";
import { checkinUrl, type TeamSite } from "./link.ts";
import { userBody } from "./user_body.ts";

/** Shows a remark as Status Hero does ("Comments", "Reactions"). */
export const remarkBody = (kind: RemarkKind, remark: RemarkRow, site: TeamSite) => ({
  id: remark.id,
  body: remark.body,
  created_at: wholeSeconds(remark.createdAt),
  status_id: remark.checkin.id,
  title: title(kind, remark),
  url: checkinUrl(site, remark.checkin.slug),
  user: userBody(remark.author, site.timeZone),
});

function title(kind: RemarkKind, { author, checkinOwner, checkin, body }: RemarkRow): string {
  const name = splitName(author).first;
  const day = monthDay(checkin.date);
  const checkinOfDay =
    author.id === checkinOwner.id ? `their ${day} check-in` : `a ${day} check-in from ${splitName(checkinOwner).first}`;
  return kind === "comment"
    ? `${name} added a comment to ${checkinOfDay}`
    : `${name} reacted to ${checkinOfDay} with :${body}:`;
}
