import type { TeamSettings } from "../../auth/actor.ts";

/** What a body needs of a team: where its pages are (the origin that the caller used), and its members' default zone. */
export type TeamSite = { origin: string; slug: string; timeZone: string };

/** Makes the site of a team from the URL of a request. */
export const teamSite = (requestUrl: string, team: Pick<TeamSettings, "slug" | "timeZone">): TeamSite => ({
  origin: new URL(requestUrl).origin,
  slug: team.slug,
  timeZone: team.timeZone,
});

/** Returns the URL of the team's page. */
export const teamUrl = ({ origin, slug }: TeamSite): string => `${origin}/teams/${slug}`;

/** Returns the URL of the page of a report. */
export const reportUrl = (site: TeamSite, date: string): string => `${teamUrl(site)}/reports/${date}`;

/** Returns the URL of the page of a check-in; `checkinSlug` is `{date}-{user slug}`. */
export const checkinUrl = (site: TeamSite, checkinSlug: string): string => `${teamUrl(site)}/statuses/${checkinSlug}`;
