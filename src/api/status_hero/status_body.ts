import { isMet } from "../../checkins/reports/metrics.ts";
import { fullDate } from "../../lib/date_words.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import type { User } from "../../people/user.ts";
import { checkinUrl, type Place } from "./link.ts";
import { userBody } from "./user_body.ts";

/** A check-in as it is stored, with whose it is: the person, or the successor they were merged into. */
export type CheckinRow = {
  id: string;
  reportId: string;
  /** The report's dates. */
  date: string;
  previousDate: string;
  slug: string;
  next: string | null;
  blockers: string | null;
  previous: string | null;
  previousCompleted: boolean | string | null;
  /** UTC milliseconds; null while pending. */
  completedAt: number | null;
  user: User & { location: string | null };
};

/** The ids of what hangs on a check-in. */
export type Related = { commentIds: string[]; reactionIds: string[]; activityIds: string[] };

/** A check-in as Status Hero shows it ("Statuses"). */
export const statusBody = (checkin: CheckinRow & Related, place: Place & { teamTimeZone: string }) => ({
  id: checkin.id,
  answers: {
    next: checkin.next,
    blockers: checkin.blockers,
    previous: checkin.previous,
    previous_completed: checkin.previousCompleted,
  },
  // Answers are stored trimmed.
  blocked: Boolean(checkin.blockers),
  completed_at: checkin.completedAt === null ? null : wholeSeconds(checkin.completedAt),
  previous_completed: isMet(checkin.previousCompleted),
  report_id: checkin.reportId,
  slug: checkin.slug,
  attachments: [],
  report_date: checkin.date,
  title: title(checkin),
  url: checkinUrl(place, checkin.slug),
  comment_ids: checkin.commentIds,
  reaction_ids: checkin.reactionIds,
  status_activity_ids: checkin.activityIds,
  user: userBody(checkin.user, place.teamTimeZone),
});

function title({ user, date }: CheckinRow): string {
  const from = user.location ? `${user.name} (${user.location})` : user.name;
  return `Check-in from ${from} for ${fullDate(date)}`;
}
