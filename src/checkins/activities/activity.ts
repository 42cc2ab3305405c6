import { checkinUrl, type Place, teamUrl } from "../../api/status_hero/link.ts";
import { cleanHtml, plainText, textAsHtml } from "../../lib/html.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { activityWindow } from "../reports/workday.ts";

/** An event as a status activity shows it, with the check-ins that may tell of it, the likeliest first. */
export type ActivityRow = {
  id: string;
  kind: string;
  title: string;
  url: string | null;
  /** The description as sent, of an event that came in as a status activity. */
  html: string | null;
  occurredAt: number;
  checkins: { id: string; slug: string; date: string; previousDate: string }[];
};

/** An event as Status Hero shows it ("Status Activities"): `url` is the page of its check-in, the team's where it has none. */
export function activityBody(activity: ActivityRow, place: Place & { teamTimeZone: string }) {
  const checkin = activity.checkins.find((one) => {
    const { start, end } = activityWindow(one, place.teamTimeZone);
    return start <= activity.occurredAt && activity.occurredAt < end;
  });
  return {
    id: activity.id,
    status_id: checkin?.id ?? null,
    kind: activity.kind,
    created_at: wholeSeconds(activity.occurredAt),
    description: activity.title,
    html_description: activity.html === null ? textAsHtml(activity.title, activity.url) : cleanHtml(activity.html),
    url: checkin ? checkinUrl(place, checkin.slug) : teamUrl(place),
  };
}

/** What somebody's tool tells of them (Status Hero, "Add a Status Activity"). */
type Told = { email: string; source: string; source_url: string | null; description: string };

/** A status activity as the event that it is; `externalId` is its name among the team's events. */
export const asEvent = ({ email, source, source_url, description }: Told, externalId: string, now: number) => ({
  kind: source,
  externalId,
  personIdentifier: email,
  timestamp: now,
  title: plainText(description),
  scope: source,
  url: source_url,
  details: null,
  html: description,
});
