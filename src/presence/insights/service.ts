import type { ServiceContext } from "../../auth/actor.ts";
import { cutPage } from "../../lib/cursor.ts";
import { DAY_MS } from "../../lib/duration.ts";
import type { Interval } from "../../lib/interval.ts";
import { addDays, localDate } from "../../lib/time_zone.ts";
import { requirePersonIfNamed } from "../../people/lookup_service.ts";
import { listBlocksOfWindow } from "../blocks/service.ts";
import { workByPerson } from "../blocks/work.ts";
import { overlap, type PairOverlap, type SharedInterval } from "./overlap.ts";
import { patterns, type WeekdayPattern } from "./patterns.ts";
import { listNamesAndZones, type NameAndZone } from "./store.ts";

/** A window in UTC milliseconds, and which page of its intervals to return; `cursor.at` is the start of an interval. */
type OverlapQuery = { window: Interval; limit: number; cursor?: { at: number; id: string } | undefined };

/** A page of the intervals in which people worked together. `pairs` are those of the whole window. */
export type Overlap = { intervals: SharedInterval[]; nextCursor: string | null; pairs: PairOverlap[] };

/** Finds who of the team worked at the same time as whom, in order of time, and where the next page begins. */
export async function findOverlap(context: ServiceContext, { window, limit, cursor }: OverlapQuery): Promise<Overlap> {
  const blocks = await listBlocksOfWindow(context, { window, withDetails: false });
  const work = workByPerson(blocks, window, context.actor.team.statusClasses);
  // No two of these intervals begin at the same instant, so the start alone is a position in the list.
  const since = cursor ? cursor.at + 1 : window.start;
  const { intervals, pairs } = overlap(work, window, { since, limit: limit + 1 });
  const { rows, nextCursor } = cutPage(intervals, limit, ({ start }) => ({ at: start, id: "" }));
  return { intervals: rows, nextCursor, pairs };
}

/** How many weeks to look back, and whose patterns to find: `person` is any reference of a person; without it, everyone's. */
type PatternsQuery = { weeks: number; person?: string | undefined };

/** A person and their usual hours by weekday. */
export type PersonPatterns = NameAndZone & { weekdays: WeekdayPattern[] };

/**
 * Finds the usual hours of those people of the team who worked in the last weeks, by name, each in their own time zone.
 * Fails with `not_found` where `person` names no person of the team.
 */
export async function findPatterns(
  context: ServiceContext,
  { weeks, person: reference }: PatternsQuery,
): Promise<PersonPatterns[]> {
  const { db, actor, now } = context;
  const person = await requirePersonIfNamed(context, reference);
  const days = weeks * 7;
  // One more day, because a local day may be longer than 24 hours.
  const window = { start: now - (days + 1) * DAY_MS, end: now };
  const blocks = await listBlocksOfWindow(context, { window, personId: person?.id, withDetails: false });
  const work = workByPerson(blocks, window, actor.team.statusClasses);
  const people = await listNamesAndZones(db, actor, [...work.keys()]);
  const found = people.map((one) => ({
    ...one,
    weekdays: patterns(work.get(one.personId)!, one.timeZone, lastDates(localDate(now, one.timeZone), days)),
  }));
  // A person who worked only on the additional day has no pattern.
  return found.filter(({ weekdays }) => weekdays.length > 0);
}

/** Returns the `count` dates up to today. */
const lastDates = (today: string, count: number): string[] =>
  Array.from({ length: count }, (_, daysAgo) => addDays(today, -daysAgo));
