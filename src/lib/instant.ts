import { MINUTE_MS } from "./duration.ts";

// Date and time apart by T or a space, seconds and fraction optional, the zone not: a time without one names no instant.
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const FIRST_MS = Date.parse("0000-01-01T00:00:00Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Reads an ISO 8601 date-time with a zone (`Z`, `+02:00`, `+0200`, `+02`) as UTC milliseconds; digits below the
 * millisecond are cut off. Null for anything else: no zone, impossible dates, hour 24, second 60 (a leap second), and
 * what its offset carries out of the years 0000-9999, which `formatInstant` could not write back.
 */
export function parseInstant(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, date = "", hour, minute, second = 0, fraction = "", sign, offsetHour = 0, offsetMinute = 0] = match;
  const midnight = dateMs(date);
  if (midnight === null) return null;
  const wall = midnight + (Number(hour) * 60 + Number(minute)) * MINUTE_MS + Number(second) * 1000;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE_MS;
  const ms = wall + Number(fraction.slice(0, 3).padEnd(3, "0")) - (sign === "-" ? -offset : offset);
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : null;
}

/**
 * UTC milliseconds as ISO 8601 with `Z`, milliseconds written only when they are not zero. Throws a RangeError for NaN
 * and for what no Date can hold.
 */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** Writes UTC milliseconds in whole seconds: "2018-02-05T15:00:00Z". Status Hero's clients may accept no fraction. */
export const wholeSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The text itself when it is a date of the calendar, `YYYY-MM-DD`; null otherwise. */
export function parseDate(text: string): string | null {
  return DATE.test(text) && dateMs(text) !== null ? text : null;
}

/** Midnight UTC of a `YYYY-MM-DD`, or null: Date.parse reads 02-30 as 03-01, so the date must come back the same. */
function dateMs(date: string): number | null {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date) ? ms : null;
}
