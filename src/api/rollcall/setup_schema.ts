import * as z from "zod";
import { accountName, ownerName } from "../../accounts/value.ts";
import { DEFAULT_TIMEOUT_MINUTES, integrationName, presenceTimeout } from "../../integrations/value.ts";
import { email, timeZone } from "../../lib/values.ts";
import { teamName, teamSlug } from "../../teams/value.ts";

/** The body of `POST /setup`. */
export const setup = z.strictObject(
  {
    account_name: accountName.optional(),
    team: z.strictObject(
      { name: teamName, slug: teamSlug.optional(), time_zone: timeZone.default("UTC") },
      "must be an object",
    ),
    owner: z.strictObject({ name: ownerName, email, time_zone: timeZone.optional() }, "must be an object"),
    integration: z
      .strictObject(
        {
          name: integrationName.default("First integration"),
          presence_timeout_minutes: presenceTimeout.default(DEFAULT_TIMEOUT_MINUTES),
        },
        "must be an object",
      )
      .prefault({}),
  },
  "must be an object",
);
