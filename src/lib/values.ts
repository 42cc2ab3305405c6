import * as z from "zod";
import { parseDate, parseInstant } from "./instant.ts";
import { ianaTimeZone } from "./rails_time_zone.ts";
import { isEmail } from "./text.ts";
import { isTimeZone } from "./time_zone.ts";

const string = () => z.string({ error: (issue) => (issue.input === undefined ? "is required" : "must be a string") });

/** Text of 1 to `max` characters after trimming. What a schema adds to it never reads a longer text. */
export const text = (max: number) =>
  string().check(
    z.trim(),
    z.minLength(1, "must not be empty"),
    z.maxLength(max, { error: `must be at most ${max} characters`, abort: true }),
  );

/** A whole number from `min` to `max`. */
export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z.number(message).refine((value) => Number.isInteger(value) && value >= min && value <= max, message);
};

/** An ISO 8601 date-time with a zone, as UTC milliseconds. */
export const instant = string().transform((value, ctx) => {
  const ms = parseInstant(value);
  if (ms !== null) return ms;
  ctx.addIssue({ code: "custom", message: "must be an ISO 8601 time with a zone, such as 2024-01-15T14:30:00Z" });
  return z.NEVER;
});

/** A calendar date, `YYYY-MM-DD`. */
export const date = string().refine((value) => parseDate(value) !== null, "must be a calendar date such as 2024-01-15");

/** An IANA `Area/Place` name or `UTC`. */
export const timeZone = string()
  .trim()
  .refine(isTimeZone, "must be an IANA time zone such as America/New_York, or UTC");

/** A time zone by its Rails name, as Status Hero writes it, or by its IANA name; read as the IANA name. */
export const namedTimeZone = z.string("must be a string").trim().transform(ianaTimeZone).pipe(timeZone);

/** An e-mail address, trimmed and in lower case. */
export const email = string().trim().toLowerCase().refine(isEmail, "must be an e-mail address");

const MAX_URL_LENGTH = 2_048;

/** An http or https URL, trimmed. */
export const webAddress = z
  .string("must be a string")
  .trim()
  .max(MAX_URL_LENGTH, { error: `must be at most ${MAX_URL_LENGTH} characters`, abort: true })
  .refine((value) => /^https?:/i.test(value) && URL.canParse(value), "must be an http or https URL");

/** An optional field. Many clients send every field, so null means the same as absent. */
export const orNull = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);

/** The largest details of a heartbeat or event as JSON: 16 KiB. */
const MAX_DETAILS_BYTES = 16_384;

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** Any object of at most 16 KiB as JSON. z.record is not used: it would drop a key such as `__proto__`. */
export const details = z.custom<object>(isObject, "must be a JSON object").superRefine((value, ctx) => {
  if (!isObject(value)) return;
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  if (bytes <= MAX_DETAILS_BYTES) return;
  ctx.addIssue({ code: "custom", message: `must be at most ${MAX_DETAILS_BYTES} bytes as JSON, but is ${bytes}` });
});

/** A whole number from `min` to `max` in a query string: digits alone, not 0x10, 1e1 or an empty text. */
export const numeral = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string(message)
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(wholeNumber(min, max));
};
