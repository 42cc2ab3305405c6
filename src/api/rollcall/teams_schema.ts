import * as z from "zod";
import { pageByTime } from "../../http/schema.ts";
import { text, timeZone } from "../../lib/values.ts";
import { teamName, teamSlug } from "../../teams/value.ts";

/** The query of each route of an account's teams. */
export const accountQuery = z.object({ account_id: text(64) });

/** The query of `GET /teams`. */
export const teamsQuery = pageByTime.extend(accountQuery.shape);

/** The body of `POST /teams`. */
export const newTeam = z.strictObject(
  { name: teamName, slug: teamSlug.optional(), time_zone: timeZone.default("UTC") },
  "must be an object",
);

/** The body of `PATCH /teams/{id}`: what is left out stays as it is. */
export const accountTeamChange = z
  .strictObject(
    { name: teamName.optional(), archived: z.boolean("must be true or false").optional() },
    "must be an object",
  )
  .refine((change) => Object.keys(change).length > 0, "Nothing to change: give name or archived");
