import * as z from "zod";
import { type Cursor, decodeCursor } from "../lib/cursor.ts";
import { numeral, wholeNumber } from "../lib/values.ts";

/** A week, in which a new key can be given to every tool. */
const MAX_KEEP_MINUTES = 10_080;

/** The body of a request for a new key in place of an old one. */
export const rotation = z.strictObject(
  { keep_old_for_minutes: wholeNumber(0, MAX_KEEP_MINUTES).default(0) },
  "must be an object",
);

/** `limit` and `cursor` of one of Rollcall's own lists; `isPlace` checks the type of the value that the list is ordered by. */
const page = <At extends Cursor["at"]>(isPlace: (at: unknown) => at is At) =>
  z.object({
    limit: numeral(1, 200).default(50),
    cursor: z
      .string("must be there once")
      .transform((value, ctx): { at: At; id: string } => {
        const cursor = decodeCursor(value);
        if (cursor && isPlace(cursor.at)) return { at: cursor.at, id: cursor.id };
        ctx.addIssue({ code: "custom", message: "is not a cursor of this list" });
        return z.NEVER;
      })
      .optional(),
  });

/** `limit` and `cursor` of a list that is ordered by time. */
export const pageByTime = page((at): at is number => Number.isSafeInteger(at));

/** `limit` and `cursor` of a list that is ordered by name. */
export const pageByName = page((at): at is string => typeof at === "string");
