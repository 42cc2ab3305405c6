import * as z from "zod";
import { DEFAULT_TIMEOUT_MINUTES, presenceTimeout } from "../../integrations/value.ts";
import { slugify } from "../../lib/text.ts";
import { email, text, timeZone } from "../../lib/values.ts";

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
          presence_timeout_minutes: presenceTimeout.default(DEFAULT_TIMEOUT_MINUTES),
        },
        "must be an object",
      )
      .prefault({}),
  },
  "must be an object",
);
