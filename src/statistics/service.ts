import type { ServiceContext, SystemContext } from "../auth/actor.ts";
import type { Tenant } from "../people/store.ts";
import type { CalendarOf } from "./calendar.ts";
import * as clock from "./clock_store.ts";
import { rollUp } from "./rollup_store.ts";
import * as snapshots from "./snapshot_store.ts";
import * as stale from "./stale_store.ts";
import { firstShownDate } from "./window.ts";

type CronContext = Pick<SystemContext, "db" | "now">;

/**
 * Counts the marked days of a person that present windows show again, and refreshes all snapshots of their numbers. Older
 * marked days are left to cron, so that a request takes the same few queries for a history of any length. `requestedId` is a
 * subscription whose refresh was requested: it shows the time of this refresh even where its numbers are the same.
 */
export async function refreshPerson(
  { db, actor: tenant, now }: Pick<ServiceContext, "db" | "now"> & { actor: Tenant },
  personId: string,
  requestedId?: string,
): Promise<void> {
  const statements = () => snapshots.refreshStatements(db, [{ teamId: tenant.teamId, personId }], now, requestedId);
  const from = firstShownDate(now);
  const tick = await clock.advanceClockFor(db, tenant, personId, from);
  const person = tick === null ? null : await stale.findStalePerson(db, tenant, personId, tick, from);
  if (person) {
    await rollUp(db, [person], now, statements, { from });
    return;
  }
  // Without marks, a window may have ended, or the time of a requested refresh is to be shown.
  await snapshots.refreshSnapshots(db, tenant, personId, now, requestedId);
}

/** Whether cron has anything to recount, or to move to a new window. */
export const isRecountDue = ({ db, now }: CronContext): Promise<boolean> => stale.isAnyDue(db, now);

/**
 * Takes the lease on recounting, and returns the tick before which marks are counted; null while another run holds it. The
 * lease ends with `endRecount`, or after 15 minutes.
 */
export const beginRecount = ({ db, now }: CronContext): Promise<number | null> => clock.leaseClock(db, now);

/** Returns the next tick for the run that holds the lease, so that it can count what it has marked again itself. */
export const continueRecount = ({ db }: CronContext): Promise<number> => clock.advanceClock(db);

/** Ends the lease that `beginRecount` took with the same context. */
export const endRecount = ({ db, now }: CronContext): Promise<unknown> => clock.releaseClock(db, now);

/** Which people a page of a recount has: up to `limit`, after `after`, with marks before `tick`. */
type RecountPage = { tick: number; after: stale.TeamPerson; limit: number };

/**
 * Counts the marked days of a page of people, of all teams, and refreshes the snapshots that show them. Returns the
 * last person of the page, after whom the next page begins; null for the last page. `isSettled` is false where a person has
 * more marked days than one step counts: the remaining ones need another tick.
 */
export async function recountPage(
  { db, now }: CronContext,
  { tick, after, limit }: RecountPage,
  calendarOf: CalendarOf,
): Promise<{ next: stale.TeamPerson | null; isSettled: boolean }> {
  const people = await stale.listStalePeople(db, tick, now, after, limit);
  if (people.length === 0) return { next: null, isSettled: true };
  const inSameBatch = (counted: stale.TeamPerson[]) => snapshots.refreshStatements(db, counted, now);
  const counted = await rollUp(db, people, now, inSameBatch, { calendarOf });
  const isLast = counted.length === people.length && people.length < limit;
  return {
    next: isLast ? null : counted.at(-1)!,
    isSettled: counted.every(({ remaining }) => remaining.length === 0),
  };
}

/** Moves up to `limit` subscriptions, of all teams, whose window has ended to their present window; returns how many. */
export const moveEndedWindows = ({ db, now }: CronContext, limit: number): Promise<number> =>
  snapshots.moveEndedWindows(db, now, limit);
