import * as z from "zod";
import { email, orNull, text, webAddress } from "../../http/schema.ts";
import { plainText } from "../../lib/html.ts";

/** Longer than the title of an event may be: markup takes room and is not counted there. */
const MAX_DESCRIPTION_LENGTH = 4_000;

/** POST /status_activities (Status Hero, "Add a Status Activity"); fields it does not know are ignored, as of events. */
export const newActivity = z.object(
  {
    email,
    source: text(64),
    source_url: orNull(webAddress),
    description: text(MAX_DESCRIPTION_LENGTH).refine(
      (description) => plainText(description) !== "",
      "must hold some text besides its markup",
    ),
  },
  "must be an object",
);
