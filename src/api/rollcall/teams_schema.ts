import * as z from "zod";
import { pageByTime } from "../../http/schema.ts";
import { text, timeZone } from "../../lib/values.ts";
import { teamName, teamSlug } from "../../teams/value.ts";

/** The account whose teams a request is about. */
const account = { account_id: text(64) };

/** The query of `GET /teams`. */
export const teamsQuery = pageByTime.extend(account);

/** The body of `POST /teams`. */
export const newTeam = z.strictObject(
  { ...account, name: teamName, slug: teamSlug.optional(), time_zone: timeZone.default("UTC") },
  "must be an object",
);

/** The body of `PATCH /teams/{id}`: what is left out stays as it is. */
export const accountTeamChange = z
  .strictObject(
    { ...account, name: teamName.optional(), archived: z.boolean("must be true or false").optional() },
    "must be an object",
  )
  .refine(
    ({ name, archived }) => name !== undefined || archived !== undefined,
    "Nothing to change: give name or archived",
  );
