import type { ServiceContext } from "../../auth/actor.ts";
import { type Cursor, cutPage, encodeCursor } from "../../lib/cursor.ts";
import { DAY_MS } from "../../lib/duration.ts";
import type { Interval } from "../../lib/interval.ts";
import { addDays, localDate } from "../../lib/time_zone.ts";
import { requirePerson, requirePersonIfNamed } from "../../people/lookup_service.ts";
import { listBlocksOfWindow } from "../blocks/service.ts";
import { findStartAfter, listPeopleWithBlocks } from "../blocks/store.ts";
import { workByPerson } from "../blocks/work.ts";
import { type PairOverlap, pageOfIntervals, pairOverlaps, type SharedInterval } from "./overlap.ts";
import { patterns, type WeekdayPattern } from "./patterns.ts";
import { listNamesAndZones, type NameAndZone } from "./store.ts";

/** Blocks that begin in the part of the window that one page of overlap covers. */
const BLOCKS_OF_PAGE = 1_000;

/** People between whom pairs are computed: 19,900 pairs. */
const MAX_PEOPLE_OF_PAIRS = 200;

/**
 * A window in UTC milliseconds, and which page of its intervals to return; `cursor.at` is where it begins. `people`:
 * references of the only people to compare; without them, everyone.
 */
type OverlapQuery = {
  window: Interval;
  people?: readonly string[] | undefined;
  limit: number;
  cursor?: { at: number; id: string } | undefined;
};

/** The pairs with the most time in common in the whole window; `isComplete`: no other pair has any. */
export type PairRanking = { pairs: PairOverlap[]; isComplete: boolean };

/** A page of the intervals in which people worked together. Only the first page has the pairs. */
export type Overlap = { intervals: SharedInterval[]; nextCursor: string | null; ranking: PairRanking | null };

/**
 * Finds who of the team worked at the same time as whom, in order of time, and where the next page begins. One page covers a
 * part of the window with a bounded number of blocks, and may be empty. Pairs are computed for at most 200 people, the first
 * by id. Fails with `not_found` where `people` names a person who is not on the team.
 */
export async function findOverlap(
  context: ServiceContext,
  { window, people, limit, cursor }: OverlapQuery,
): Promise<Overlap> {
  const { db, actor } = context;
  const personIds = people && (await Promise.all(people.map(async (one) => (await requirePerson(context, one)).id)));
  const start = Math.min(Math.max(cursor?.at ?? window.start, window.start), window.end);
  const rest = { start, end: window.end };
  const next = personIds ? null : await findStartAfter(db, actor, rest, BLOCKS_OF_PAGE);
  // More blocks than a page covers may begin at one instant.
  const covered = next === null ? rest : { start, end: Math.max(next, start + 1) };
  const work = await readWork(context, covered, personIds);
  const page = pageOfIntervals(work, { covered, window, limit });
  const isWhole = covered.start === window.start && covered.end === window.end;
  return {
    intervals: page.intervals,
    nextCursor: page.next === null ? null : encodeCursor({ at: page.next, id: "" }),
    ranking: cursor ? null : await rankPairs(context, { window, personIds, limit, work: isWhole ? work : null }),
  };
}

/** Ranks the pairs of a window. `work`: that of everyone in the whole window, where it is read already. */
async function rankPairs(
  context: ServiceContext,
  {
    window,
    personIds,
    limit,
    work,
  }: { window: Interval; personIds?: string[] | undefined; limit: number; work: Work | null },
): Promise<PairRanking> {
  const { db, actor } = context;
  const found = work
    ? [...work.keys()].sort()
    : (personIds ?? (await listPeopleWithBlocks(db, actor, window, MAX_PEOPLE_OF_PAIRS + 1)));
  const compared = found.slice(0, MAX_PEOPLE_OF_PAIRS);
  const workOfCompared = work
    ? new Map(compared.map((id) => [id, work.get(id)!]))
    : await readWork(context, window, compared);
  const pairs = pairOverlaps(workOfCompared, window);
  return { pairs: pairs.slice(0, limit), isComplete: found.length === compared.length && pairs.length <= limit };
}

type Work = Map<string, Interval[]>;

/** Reads when people worked within a window; everyone without `personIds`. */
async function readWork(context: ServiceContext, window: Interval, personIds?: readonly string[]): Promise<Work> {
  const blocks = await listBlocksOfWindow(context, { window, personIds, withDetails: false });
  return workByPerson(blocks, window, context.actor.team.statusClasses);
}

/** Weeks of people that one page of patterns reads: 200 people in 4 weeks, 30 people in 26. */
const PERSON_WEEKS_OF_PAGE = 800;

/** How many weeks to look back, and whose patterns to find: `person` is any reference of a person; without it, everyone's. */
type PatternsQuery = { weeks: number; person?: string | undefined; limit: number; cursor?: Cursor | undefined };

/** A person and their usual hours by weekday. */
export type PersonPatterns = NameAndZone & { weekdays: WeekdayPattern[] };

/**
 * Finds the usual hours of a page of the team's people, by name, each in their own time zone, and where the next page begins.
 * People who did not work in the last weeks are left out of their page. Fails with `not_found` where `person` names no person
 * of the team.
 */
export async function findPatterns(
  context: ServiceContext,
  { weeks, person: reference, limit, cursor }: PatternsQuery,
): Promise<{ rows: PersonPatterns[]; nextCursor: string | null }> {
  const { db, actor, now } = context;
  const person = await requirePersonIfNamed(context, reference);
  const size = Math.min(limit, Math.floor(PERSON_WEEKS_OF_PAGE / weeks));
  // People before blocks, so that a page reads the blocks of its own people alone.
  const listed = await listNamesAndZones(db, actor, { personId: person?.id, after: cursor, limit: size + 1 });
  const { rows: people, nextCursor } = cutPage(listed, size, ({ name, personId }) => ({ at: name, id: personId }));
  const days = weeks * 7;
  // One more day, because a local day may be longer than 24 hours.
  const window = { start: now - (days + 1) * DAY_MS, end: now };
  const work = await readWork(
    context,
    window,
    people.map(({ personId }) => personId),
  );
  const found = people.map((one) => ({
    ...one,
    weekdays: patterns(work.get(one.personId) ?? [], one.timeZone, lastDates(localDate(now, one.timeZone), days)),
  }));
  return { rows: found.filter(({ weekdays }) => weekdays.length > 0), nextCursor };
}

/** Returns the `count` dates up to today. */
const lastDates = (today: string, count: number): string[] =>
  Array.from({ length: count }, (_, daysAgo) => addDays(today, -daysAgo));
