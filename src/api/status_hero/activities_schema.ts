import * as z from "zod";
import { plainText } from "../../lib/html.ts";
import { email, orNull, text, webAddress } from "../../lib/values.ts";

/** Longer than the title of an event may be: markup takes room and is not counted there. */
const MAX_DESCRIPTION_LENGTH = 4_000;

/** That of an event, which the description without its markup becomes. */
const MAX_TITLE_LENGTH = 1_000;

/** Many clients write a field they have nothing for as an empty text. */
const blankAsNull = (value: unknown): unknown => (typeof value === "string" && value.trim() === "" ? null : value);

/** POST /status_activities (Status Hero, "Add a Status Activity"); fields it does not know are ignored, as of events. */
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
  },
  "must be an object",
);
