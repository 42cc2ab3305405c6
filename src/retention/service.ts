import type { SystemContext } from "../auth/actor.ts";
import { removeOrphans } from "../presence/blocks/store.ts";
import type { CalendarOf } from "../statistics/calendar.ts";
import * as store from "./counted_store.ts";
import * as expired from "./expired_store.ts";
import { sumEvents, sumWork } from "./month_sums.ts";

type CronContext = Pick<SystemContext, "db" | "now">;

/** Lists the teams that do not keep their rows for ever, and since when (UTC milliseconds) they keep them now. */
export const listRetentionPolicies = ({ db, now }: CronContext): Promise<expired.RetentionPolicy[]> =>
  expired.listRetentionPolicies(db, now);

/**
 * Removes up to `limit` events that the teams no longer keep, and keeps their numbers. Returns whether there may be more.
 * Nothing is removed where one of them changed meanwhile: the next run tries again.
 */
export async function removeEvents(
  { db }: CronContext,
  policies: readonly expired.RetentionPolicy[],
  limit: number,
  calendarOf: CalendarOf,
): Promise<boolean> {
  const events = await expired.listExpiredEvents(db, policies, limit);
  if (events.length === 0) return false;
  const isRemoved = await store.removeEvents(db, events, sumEvents(events, calendarOf));
  return isRemoved && events.length === limit;
}

/** Removes about `limit` blocks, as `removeEvents` does events. Orphans among them have no numbers to keep. */
export async function removeBlocks(
  { db }: CronContext,
  policies: readonly expired.RetentionPolicy[],
  limit: number,
  calendarOf: CalendarOf,
): Promise<boolean> {
  const { people, orphans, isComplete } = await expired.listExpiringPeople(db, policies, limit);
  for (const { teamId, identityIds, startedBefore } of orphans) {
    await removeOrphans(db, { teamId }, identityIds, startedBefore);
  }
  if (people.length === 0) return !isComplete;
  const expiredBlocks = await expired.listExpiredBlocks(db, people, limit);
  const worked = expiredBlocks.map(({ blocks: periods, ...person }) => ({ ...person, periods }));
  const isRemoved = await store.removeBlocks(db, expiredBlocks, sumWork(worked, calendarOf));
  return isRemoved && !isComplete;
}
