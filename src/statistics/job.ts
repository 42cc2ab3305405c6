import type { Database } from "../db/client.ts";
import { calendars } from "./calendar.ts";
import { rollUp } from "./rollup_store.ts";
import { refreshPeople, refreshRolledOver } from "./snapshot_store.ts";
import { isAnythingDue, leaseClock, listStale, moveClock, releaseClock, type StalePlace } from "./stale_store.ts";

/** How often one run goes over people whose changes are too many for one step: six years of days. */
const ROUNDS = 5;
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
    let before: number | null = tick;
    for (let round = 0; before !== null && round < ROUNDS; round += 1) {
      const isDone = await countChanges(db, before, now, pageSize);
      before = isDone ? null : await moveClock(db);
    }
    let moved: number;
    do moved = await refreshRolledOver(db, now, pageSize);
    while (moved === pageSize);
  } finally {
    await releaseClock(db, now);
  }
}

/** Counts what was marked before `tick`; says whether nothing of it was too much for one step. */
async function countChanges(db: Database, tick: number, now: number, pageSize: number): Promise<boolean> {
  const calendarOf = calendars();
  let place: StalePlace = { teamId: "", personId: "" };
  let isDone = true;
  for (;;) {
    const stale = await listStale(db, tick, now, place, pageSize);
    if (stale.length === 0) return isDone;
    const counted = await rollUp(db, stale, now, (people) => refreshPeople(db, people, now), calendarOf);
    isDone &&= counted.every(({ rest }) => rest.length === 0);
    if (counted.length === stale.length && stale.length < pageSize) return isDone;
    place = counted.at(-1)!;
  }
}
