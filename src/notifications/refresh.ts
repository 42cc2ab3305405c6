import type { Database } from "../db/client.ts";
import { calendars } from "./calendar.ts";
import { rollUp } from "./rollup_store.ts";
import { refreshPeople, refreshRolledOver } from "./snapshot_store.ts";
import { isAnythingDue, leaseClock, listStale, releaseClock, type StalePlace } from "./stale_store.ts";

/** People counted in one step, and subscriptions that move to their next window in one: each a handful of queries. */
const AT_ONCE = 2_500;

/**
 * Brings roll-ups and snapshots up to date, of all teams: what has changed since it was last counted, and what windows have
 * rolled over. One run at a time; what a run leaves undone, the next one finds undone. Where there is nothing to do it
 * writes nothing.
 */
export async function refreshSubscriptions(db: Database, now: number, pageSize = AT_ONCE): Promise<void> {
  if (!(await isAnythingDue(db, now))) return;
  const tick = await leaseClock(db, now);
  if (tick === null) return;
  try {
    await countChanges(db, tick, now, pageSize);
    let moved: number;
    do moved = await refreshRolledOver(db, now, pageSize);
    while (moved === pageSize);
  } finally {
    await releaseClock(db, now);
  }
}

async function countChanges(db: Database, tick: number, now: number, pageSize: number): Promise<void> {
  const calendarOf = calendars();
  let place: StalePlace = { teamId: "", personId: "" };
  for (;;) {
    const stale = await listStale(db, tick, now, place, pageSize);
    if (stale.length === 0) return;
    const counted = await rollUp(db, stale, now, (people) => refreshPeople(db, people, now), calendarOf);
    if (counted.length === stale.length && stale.length < pageSize) return;
    place = counted.at(-1)!;
  }
}
