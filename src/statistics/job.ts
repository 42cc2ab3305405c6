import type { SystemContext } from "../auth/actor.ts";
import { calendars } from "./calendar.ts";
import { beginRecount, continueRecount, endRecount, isRecountDue, moveEndedWindows, recountPage } from "./service.ts";

/** Rounds of one run, for people with more marked days than one step counts: altogether five years of days. */
const MAX_ROUNDS = 5;
/** People counted, and subscriptions moved to a new window, in one step: each step is a handful of queries. */
const PAGE_SIZE = 2_500;

type Context = Pick<SystemContext, "db" | "now">;

/**
 * Counts the marked days of all teams again, and refreshes the snapshots that these days or a new window change. Only one run
 * works at a time. What a run does not finish, the next one does. Where nothing is due it writes no row.
 */
export async function recountChangedDays(context: Context, pageSize = PAGE_SIZE): Promise<void> {
  if (!(await isRecountDue(context))) return;
  let tick = await beginRecount(context);
  if (tick === null) return;
  try {
    let rounds = 1;
    while (!(await recountAll(context, tick, pageSize)) && rounds < MAX_ROUNDS) {
      tick = await continueRecount(context);
      rounds += 1;
    }
    let moved: number;
    do moved = await moveEndedWindows(context, pageSize);
    while (moved === pageSize);
  } finally {
    await endRecount(context);
  }
}

/** Counts everything that was marked before `tick`, page by page; returns whether every mark was settled. */
async function recountAll(context: Context, tick: number, limit: number): Promise<boolean> {
  const calendarOf = calendars();
  let after = { teamId: "", personId: "" };
  let areAllSettled = true;
  for (;;) {
    const { next, isSettled } = await recountPage(context, { tick, after, limit }, calendarOf);
    areAllSettled &&= isSettled;
    if (next === null) return areAllSettled;
    after = next;
  }
}
