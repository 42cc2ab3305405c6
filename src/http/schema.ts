import * as z from "zod";
import { decodeCursor } from "../lib/cursor.ts";
import { parseDate, parseInstant } from "../lib/instant.ts";
import { isEmail } from "../lib/text.ts";
import { isTimeZone } from "../lib/time_zone.ts";

/** Text of 1 to `max` characters once trimmed. */
export const text = (max: number) =>
  z
    .string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a string") })
    .trim()
    .min(1, "must not be empty")
    .max(max, `must be at most ${max} characters`);

/** A whole number from `min` to `max`. */
export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.number(message).refine((value) => Number.isInteger(value) && value >= min && value <= max, message);
};

/** An ISO 8601 date-time with a zone, as UTC milliseconds. */
export const instant = z
  .string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a string") })
  .transform((value, ctx) => {
    const ms = parseInstant(value);
    if (ms !== null) return ms;
    ctx.addIssue({ code: "custom", message: "must be an ISO 8601 time with a zone, such as 2024-01-15T14:30:00Z" });
    return z.NEVER;
  });

/** A calendar date, `YYYY-MM-DD`. */
export const date = z
  .string()
  .refine((value) => parseDate(value) !== null, "must be a calendar date such as 2024-01-15");

/** An IANA `Area/Place` name or `UTC`. */
export const timeZone = z
  .string()
  .trim()
  .refine(isTimeZone, "must be an IANA time zone such as America/New_York, or UTC");

/** An e-mail address, trimmed and in lower case. */
export const email = z.string().trim().toLowerCase().refine(isEmail, "must be an e-mail address");

/** `limit` and `cursor` of Rollcall's own lists. */
export const page = z.object({
  limit: z.coerce
    .number()
    .int("must be a whole number")
    .min(1, "must be from 1 to 200")
    .max(200, "must be from 1 to 200")
    .default(50),
  cursor: z
    .string()
    .transform((value, ctx) => {
      const cursor = decodeCursor(value);
      if (cursor) return cursor;
      ctx.addIssue({ code: "custom", message: "is not a cursor of this list" });
      return z.NEVER;
    })
    .optional(),
});
