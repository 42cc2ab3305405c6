import { areGoalsMet, type Checkin, isBlocked } from "../../checkins/statuses/checkin.ts";
import { fullDate } from "../../lib/date_words.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { checkinUrl, type TeamSite } from "./link.ts";
import { userBody } from "./user_body.ts";

/** Shows a check-in as Status Hero does ("Statuses"). The document does not print the last two keys, which clients read. */
export const statusBody = (checkin: Checkin, site: TeamSite) => ({
  id: checkin.id,
  answers: {
    next: checkin.next,
    blockers: checkin.blockers,
    previous: checkin.previous,
    previous_completed: checkin.previousCompleted,
  },
  blocked: isBlocked(checkin),
  completed_at: checkin.completedAt === null ? null : wholeSeconds(checkin.completedAt),
  previous_completed: areGoalsMet(checkin.previousCompleted),
  report_id: checkin.reportId,
  slug: checkin.slug,
  attachments: [],
  report_date: checkin.date,
  title: title(checkin),
  url: checkinUrl(site, checkin.slug),
  comment_ids: checkin.commentIds,
  reaction_ids: checkin.reactionIds,
  status_activity_ids: checkin.activityIds,
  user: userBody(checkin.person, site.timeZone),
  created_at: wholeSeconds(checkin.createdAt),
  updated_at: wholeSeconds(checkin.updatedAt),
});

function title({ person, date }: Checkin): string {
  const name = person.location ? `${person.name} (${person.location})` : person.name;
  return `Check-in from ${name} for ${fullDate(date)}`;
}
