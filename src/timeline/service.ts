import type { ServiceContext } from "../auth/actor.ts";
import { listEventsOfPerson } from "../events/store.ts";
import { cutPage } from "../lib/cursor.ts";
import { type Interval, length } from "../lib/interval.ts";
import { localDate, localDay } from "../lib/time_zone.ts";
import { requirePerson } from "../people/lookup_service.ts";
import type { PersonRow } from "../people/person_store.ts";
import { listBlocksOfWindow } from "../presence/blocks/service.ts";
import { classify, workByPerson } from "../presence/blocks/work.ts";
import { mergeByTime, pageSize, placeOf, positionsAfter, type TimelineEntry, withoutFuture } from "./timeline.ts";

/**
 * One local day of a person. `day` is in UTC milliseconds; `workedMs` is the working time within it; `entries` are a page of
 * its blocks and events.
 */
export type Timeline = {
  person: PersonRow;
  date: string;
  timeZone: string;
  day: Interval;
  workedMs: number;
  entries: TimelineEntry[];
  nextCursor: string | null;
};

/** Which day of a person to show, today without a `date`, and which page of it. */
type TimelineQuery = { date?: string | undefined; limit: number; cursor?: { at: number; id: string } | undefined };

/**
 * Returns a page of the blocks and events of one day of a person, in their time zone. A block over midnight is listed whole
 * on both days, and `workedMs` has only its part of the day. Fails with `not_found` where `reference` names no person of the
 * team.
 */
export async function getTimeline(
  context: ServiceContext,
  reference: string,
  { date: requestedDate, limit, cursor }: TimelineQuery,
): Promise<Timeline> {
  const { db, actor, now } = context;
  const { timeZone: teamZone, statusClasses } = actor.team;
  const person = await requirePerson(context, reference);
  const timeZone = person.timeZone ?? teamZone;
  const date = requestedDate ?? localDate(now, timeZone);
  const day = localDay(date, timeZone);
  const query = { window: day, personIds: [person.id] };
  const after = cursor ? positionsAfter(cursor) : { block: null, event: null };
  const [stored, events] = await Promise.all([
    listBlocksOfWindow(context, { ...query, withDetails: true, oldest: { limit: limit + 1, after: after.block } }),
    listEventsOfPerson(db, actor, person.id, day, { limit: limit + 1, after: after.event }),
  ]);
  const blocks = withoutFuture(stored, day, now);
  const merged = mergeByTime(classify(blocks, statusClasses), events, timeZone);
  const { rows: entries, nextCursor } = cutPage(merged, pageSize(merged, limit), placeOf);
  // Most days fit into one page, which then has all blocks.
  const isWholeDay = !cursor && stored.length <= limit;
  const blocksOfDay = isWholeDay
    ? blocks
    : withoutFuture(await listBlocksOfWindow(context, { ...query, withDetails: false }), day, now);
  const work = workByPerson(blocksOfDay, day, statusClasses).get(person.id) ?? [];
  return { person, date, timeZone, day, workedMs: length(work), entries, nextCursor };
}
