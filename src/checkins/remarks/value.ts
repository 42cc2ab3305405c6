import { text } from "../../lib/values.ts";

/** The text of a comment: stored and returned as it was sent, never read as markup. */
export const commentText = text(10_000);

/** The short name of an emoji, with or without colons; the value has none. */
export const emoji = text(64)
  .regex(/^(:?)[a-z0-9_+-]+\1$/, "must be the short name of an emoji, such as thumbsup or :thumbsup:")
  .transform((name) => name.replaceAll(":", ""));
