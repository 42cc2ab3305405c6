import * as Instant from "temporal-polyfill/fns/Instant";
import * as PlainDate from "temporal-polyfill/fns/PlainDate";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";
import type { Interval } from "./interval.ts";

// The areas of the IANA database, with its older country areas (US/Eastern). Etc is left out: its GMT+1 is an offset.
const AREA_PLACE =
  /^(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Europe|Indian|Mexico|Pacific|US)(?:\/[A-Za-z_-]+){1,2}$/;
/** Words of place names that are not spelled with one capital first letter. */
const IRREGULAR = new Map(
  ["of", "es", "au", "ACT", "LHI", "NSW", "IN", "McMurdo", "DumontDUrville", "ComodRivadavia", "DeNoronha"]
    .concat(["BajaNorte", "BajaSur", "EasterIsland"])
    .map((word) => [word.toLowerCase(), word]),
);
/** Cached names: more than the 500 that exist, and few enough that invented names cannot fill the isolate's memory. */
const CACHE_SIZE = 1_000;
const known = new Map<string, boolean>();

/**
 * Whether the name is an IANA `Area/Place` in IANA's spelling, or `UTC`. Abbreviations, offsets and `Etc/...` are refused
 * even where the runtime accepts them; aliases such as Europe/Kyiv are accepted.
 */
export function isTimeZone(name: string): boolean {
  if (name === "UTC") return true;
  if (name.length > 64) return false;
  let answer = known.get(name);
  if (answer === undefined) {
    answer = AREA_PLACE.test(name) && isInRuntime(name);
    if (known.size >= CACHE_SIZE) known.clear();
    known.set(name, answer);
  }
  return answer;
}

/** Intl ignores case and resolves aliases to other names, so the spelling of an alias is checked by rule. */
function isInRuntime(name: string): boolean {
  try {
    const resolved = new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
    return resolved.toLowerCase() === name.toLowerCase() ? resolved === name : name === ianaSpelling(name);
  } catch {
    return false;
  }
}

function ianaSpelling(name: string): string {
  const [area, ...places] = name.split("/");
  const spelled = places.map((place) =>
    place.replace(/[A-Za-z]+/g, (word) => {
      const lower = word.toLowerCase();
      return IRREGULAR.get(lower) ?? lower.charAt(0).toUpperCase() + lower.slice(1);
    }),
  );
  return [area, ...spelled].join("/");
}

/** Returns the local date of an instant in a zone, `YYYY-MM-DD`. */
export function localDate(ms: number, zone: string): string {
  return PlainDate.toString(ZonedDateTime.toPlainDate(zoned(ms, zone)));
}

/**
 * Returns the interval of a local date: usually 23 to 25 hours, and empty for a date that the zone skipped. Days follow one
 * another without gaps. Where a clock was set back across midnight (St. John's until 2011), the repeated hour belongs to the
 * day that had already begun.
 */
export function localDay(date: string, zone: string): Interval {
  const day = plainDate(date);
  const startOf = (one: typeof day) => PlainDate.toZonedDateTime(one, zone).epochMilliseconds;
  return { start: startOf(day), end: startOf(PlainDate.addDays(day, 1)) };
}

/** Writes the local time of an instant with its offset, in seconds: "2026-11-20T09:30:00-05:00". */
export function localTime(ms: number, zone: string): string {
  return ZonedDateTime.toString(zoned(ms, zone), { smallestUnit: "second", timeZoneName: "never" });
}

/** Returns the minutes since local midnight that a wall clock shows, 0-1439. */
export function localMinute(ms: number, zone: string): number {
  const { hour, minute } = zoned(ms, zone);
  return hour * 60 + minute;
}

/** Returns the ISO weekday of a date: 1 is Monday, 7 is Sunday. */
export function localWeekday(date: string): number {
  return PlainDate.dayOfWeek(plainDate(date));
}

/** Returns the date `n` calendar days later; earlier where `n` is negative. */
export function addDays(date: string, n: number): string {
  return PlainDate.toString(PlainDate.addDays(plainDate(date), n));
}

/** Lists the dates from `from` to `to`, both included. `to` must not be before `from`. */
export function datesOf({ from, to }: { from: string; to: string }): string[] {
  const dates = [from];
  while (dates.at(-1) !== to) dates.push(addDays(dates.at(-1)!, 1));
  return dates;
}

const zoned = (ms: number, zone: string) => Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(ms), zone);

// West of Greenwich the year 0 begins in the year -1, which ISO 8601 writes with a sign and six digits.
const DATE = /^(\d{4}|[+-]\d{6})-(\d{2})-(\d{2})$/;

/** Parses a date as `localDate` writes it. Throws a RangeError for other text and for impossible dates. */
function plainDate(date: string) {
  const [, year, month, day] = DATE.exec(date) ?? [];
  if (year === undefined) throw new RangeError("not a date");
  return PlainDate.create(Number(year), Number(month), Number(day));
}
