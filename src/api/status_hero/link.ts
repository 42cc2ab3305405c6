/** Where this deployment shows a team's pages: the origin the caller used, and the team's slug. */
export type Place = { origin: string; teamSlug: string };

/** The team's page. */
export const teamUrl = ({ origin, teamSlug }: Place): string => `${origin}/teams/${teamSlug}`;

/** The page of the report of a local date. */
export const reportUrl = (place: Place, date: string): string => `${teamUrl(place)}/reports/${date}`;

/** The page of a check-in; `slug` is its own: `{date}-{user slug}`. */
export const checkinUrl = (place: Place, slug: string): string => `${teamUrl(place)}/statuses/${slug}`;
