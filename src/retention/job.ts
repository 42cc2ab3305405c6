import type { Database } from "../db/client.ts";
import { calendars } from "../statistics/calendar.ts";
import { archiveBlocks, archiveEvents, removeOrphans } from "./archive_store.ts";
import { expiredBlocks, expiredEvents, expiringPeople, type Keeper, listKeepers } from "./expired_store.ts";
import { tallyEvents, tallyWork } from "./month_sums.ts";

/**
 * What one step removes at most, and how many steps of each kind a run has. D1 does nobody else's work while it runs the
 * batch of a step: a third of a second, when measured. Four of them every fifteen minutes are 1.5 million events a day, ten
 * times what a thousand busy people make.
 */
const LIMITS = { rows: 4_000, steps: 4 };

const QUARTER_OF_AN_HOUR_MS = 15 * 60_000;

/**
 * Archives what is older than its team keeps: numbers stay, rows go, the oldest first. In steps, each of them whole or not
 * at all: what a run leaves undone, because there was too much or somebody was faster, the next one finds undone. Where
 * nothing is due it writes nothing.
 */
export async function archiveExpired(db: Database, now: number, { rows, steps } = LIMITS): Promise<void> {
  const keepers = await listKeepers(db, now);
  if (keepers.length === 0) return;
  // Every run begins with another team: one that has years to go leaves room for the others.
  const first = Math.floor(now / QUARTER_OF_AN_HOUR_MS) % keepers.length;
  const teams = [...keepers.slice(first), ...keepers.slice(0, first)];
  const calendarOf = calendars();
  await repeat(steps, () => stepOfEvents(db, teams, rows, calendarOf));
  await repeat(steps, () => stepOfBlocks(db, teams, rows, calendarOf));
}

type Calendars = ReturnType<typeof calendars>;

/** Says whether there may be more to do, as the next. */
async function stepOfEvents(db: Database, teams: Keeper[], limit: number, calendarOf: Calendars): Promise<boolean> {
  const events = await expiredEvents(db, teams, limit);
  if (events.length === 0) return false;
  return (await archiveEvents(db, events, tallyEvents(events, calendarOf))) && events.length === limit;
}

async function stepOfBlocks(db: Database, teams: Keeper[], limit: number, calendarOf: Calendars): Promise<boolean> {
  const { people, orphans, isAll } = await expiringPeople(db, teams, limit);
  await removeOrphans(db, orphans);
  if (people.length === 0) return !isAll;
  const expired = await expiredBlocks(db, people, limit);
  const worked = expired.map(({ blocks: stretches, ...person }) => ({ ...person, stretches }));
  const isDone = await archiveBlocks(db, expired, tallyWork(worked, calendarOf));
  return isDone && !isAll;
}

async function repeat(times: number, step: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < times && (await step()); n += 1);
}
