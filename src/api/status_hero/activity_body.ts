import type { Activity } from "../../checkins/activities/activity.ts";
import { cleanHtml, textAsHtml } from "../../lib/html.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { checkinUrl, type TeamSite, teamUrl } from "./link.ts";

/** Shows an event as Status Hero does ("Status Activities"). `url` is the page of its check-in, or else of the team. */
export const activityBody = ({ id, kind, title, url, html, occurredAt, checkin }: Activity, site: TeamSite) => ({
  id,
  status_id: checkin?.id ?? null,
  kind,
  created_at: wholeSeconds(occurredAt),
  description: title,
  html_description: html === null ? textAsHtml(title, url) : cleanHtml(html),
  url: checkin ? checkinUrl(site, checkin.slug) : teamUrl(site),
});
