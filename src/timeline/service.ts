import type { ServiceContext } from "../auth/actor.ts";
import { listEventsOfPerson } from "../events/store.ts";
import { type Interval, length } from "../lib/interval.ts";
import { localDate, localDay } from "../lib/time_zone.ts";
import { requirePerson } from "../people/lookup_service.ts";
import type { PersonRow } from "../people/person_store.ts";
import { listBlocksOfWindow } from "../presence/blocks/service.ts";
import { classify, workByPerson } from "../presence/blocks/work.ts";
import { mergeByTime, type TimelineEntry, withoutFuture } from "./timeline.ts";

/** One local day of a person. `day` is in UTC milliseconds; `workedMs` is the working time within it. */
export type Timeline = {
  person: PersonRow;
  date: string;
  timeZone: string;
  day: Interval;
  workedMs: number;
  entries: TimelineEntry[];
};

/**
 * Returns the blocks and events of one day of a person, in their time zone. The day is today unless a date is given. A block
 * over midnight is listed whole on both days, and `workedMs` has only its part of the day. Fails with `not_found` where
 * `reference` names no person of the team.
 */
export async function getTimeline(
  context: ServiceContext,
  reference: string,
  requestedDate?: string,
): Promise<Timeline> {
  const { db, actor, now } = context;
  const { timeZone: teamZone, statusClasses } = actor.team;
  const person = await requirePerson(context, reference);
  const timeZone = person.timeZone ?? teamZone;
  const date = requestedDate ?? localDate(now, timeZone);
  const day = localDay(date, timeZone);
  const [stored, events] = await Promise.all([
    listBlocksOfWindow(context, { window: day, personId: person.id, withDetails: true }),
    listEventsOfPerson(db, actor, person.id, day),
  ]);
  const blocks = withoutFuture(stored, day, now);
  const work = workByPerson(blocks, day, statusClasses).get(person.id) ?? [];
  return {
    person,
    date,
    timeZone,
    day,
    workedMs: length(work),
    entries: mergeByTime(classify(blocks, statusClasses), events, timeZone),
  };
}
