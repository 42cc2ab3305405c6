import * as z from "zod";
import { PRESENCE_TIMEOUT_MINUTES } from "../../integrations/timeout.ts";
import { slugify } from "../../lib/text.ts";
import { email, text, timeZone, wholeNumber } from "../../lib/values.ts";

const name = text(100);

const slug = z
  .string("must be a string")
  .refine(
    (value) => value !== "" && slugify(value) === value,
    "must be of lower-case letters, digits and single hyphens, at most 60 characters",
  );

/** The body of `POST /setup`. */
export const setup = z.strictObject(
  {
    account_name: name.optional(),
    team: z.strictObject({ name, slug: slug.optional(), time_zone: timeZone.default("UTC") }, "must be an object"),
    owner: z.strictObject({ name, email, time_zone: timeZone.optional() }, "must be an object"),
    integration: z
      .strictObject(
        {
          name: name.default("First integration"),
          presence_timeout_minutes: wholeNumber(PRESENCE_TIMEOUT_MINUTES.min, PRESENCE_TIMEOUT_MINUTES.max).default(
            PRESENCE_TIMEOUT_MINUTES.default,
          ),
        },
        "must be an object",
      )
      .prefault({}),
  },
  "must be an object",
);
