import * as z from "zod";
import { plainText } from "../../lib/html.ts";
import { email, instant, orNull, text, webAddress } from "../../lib/values.ts";

/** More than the title of an event may have, because markup is not part of the title. */
const MAX_DESCRIPTION_LENGTH = 4_000;

/** The description without its markup becomes the title of an event, which has this limit. */
const MAX_TITLE_LENGTH = 1_000;

/** Many clients send a field that has no value as an empty text. */
const blankAsNull = (value: unknown): unknown => (typeof value === "string" && value.trim() === "" ? null : value);

/** The body of `POST /status_activities` ("Add a Status Activity"). Unknown fields are ignored, as in events. */
export const newActivity = z.object(
  {
    email,
    source: text(64),
    source_url: z.preprocess(blankAsNull, orNull(webAddress)),
    description: text(MAX_DESCRIPTION_LENGTH)
      .refine((description) => plainText(description) !== "", "must hold some text besides its markup")
      .refine(
        (description) => plainText(description).length <= MAX_TITLE_LENGTH,
        `must be at most ${MAX_TITLE_LENGTH} characters without its markup`,
      ),
    created_at: orNull(instant),
  },
  "must be an object",
);
