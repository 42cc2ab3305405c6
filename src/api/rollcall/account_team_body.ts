import type { AccountTeam } from "../../accounts/team_store.ts";
import { formatInstant } from "../../lib/instant.ts";

/** Shows a team to the administrators of its account. `archived_at` is null for a team in use. */
export const accountTeamBody = ({ id, name, slug, timeZone, archivedAt, createdAt }: AccountTeam) => ({
  id,
  name,
  slug,
  time_zone: timeZone,
  archived_at: archivedAt === null ? null : formatInstant(archivedAt),
  created_at: formatInstant(createdAt),
});
