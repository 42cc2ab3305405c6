import { text } from "../../lib/values.ts";
import { newRemark } from "./remarks_schema.ts";

/** The short name of an emoji, between colons or not; without them once read. */
const emoji = text(64)
  .regex(/^(:?)[a-z0-9_+-]+\1$/, "must be the short name of an emoji, such as thumbsup or :thumbsup:")
  .transform((name) => name.replaceAll(":", ""));

/** POST /statuses/{id}/reactions */
export const newReaction = newRemark(emoji);
