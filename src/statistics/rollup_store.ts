import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { countEvents } from "../events/count_store.ts";
import { pages } from "../lib/pages.ts";
import { listStatusPeriods } from "../presence/blocks/period_store.ts";
import { type CalendarOf, calendars, monthAndDay } from "./calendar.ts";
import { FIRST_DATE, joinAdjacent, MAX_DAYS_OF_PERSON, planRecount, type RecountPlan } from "./marks.ts";
import { type DayNumbers, workByDay } from "./numbers.ts";
import type { StalePerson } from "./stale_store.ts";

/** The most days of all people that one step counts: with ten blocks each, these are a few megabytes. */
const MAX_DAYS = 6_000;

/** A person whose marked days one step counts. `remaining`: what it marks again, because it is too much for one step. */
export type RecountedPerson = StalePerson & RecountPlan;

/** Null for a day without anything. */
type DayResult = DayNumbers | null;

/**
 * Counts marked days of people again. One atomic batch then saves the roll-ups, settles the marks, and runs the statements
 * that `inSameBatch` returns for the counted people. Returns these people, which are fewer than `stale` where all of them
 * would be too much for one step. Marked days before the UTC date `from` are marked again and not counted.
 *
 * All marks must be of a tick before the clock's present one. A change that happens while this counts then has a newer mark,
 * and of two recounts of one mark, the first to write settles it and the other writes nothing for it.
 */
export async function rollUp(
  db: Database,
  stale: readonly StalePerson[],
  now: number,
  inSameBatch: (people: RecountedPerson[]) => Promise<SQL[]>,
  { calendarOf = calendars(), from = FIRST_DATE }: { calendarOf?: CalendarOf; from?: string } = {},
): Promise<RecountedPerson[]> {
  const people = planStep(stale, now, calendarOf, from);
  const results = await countDays(db, people);
  const months = people.flatMap((person, n) => monthPatches(person, results[n]!));
  await atomically(db, [
    ...[...pages(months)].map(saveMonths),
    ...settleMarks(people),
    ...markRemaining(people),
    ...(await inSameBatch(people)),
  ]);
  return people;
}

/** Plans one step: as many people, and of each as many days, as it may count. */
function planStep(stale: readonly StalePerson[], now: number, calendarOf: CalendarOf, from: string): RecountedPerson[] {
  const people: RecountedPerson[] = [];
  let daysLeft = MAX_DAYS;
  for (const person of stale) {
    if (daysLeft <= 0) break;
    const limit = Math.min(daysLeft, MAX_DAYS_OF_PERSON);
    const plan = planRecount(person.marks, person.earliest, calendarOf(person.timeZone), now, limit, from);
    people.push({ ...person, ...plan });
    daysLeft -= plan.days.length;
  }
  return people;
}

/** Counts the days of each person, in the order of their days. */
async function countDays(db: Database, people: readonly RecountedPerson[]): Promise<DayResult[][]> {
  const asked = people.map(({ accountId, teamId, personId, days }) => ({ accountId, teamId, personId, days }));
  const [periods, counts] = await Promise.all([
    listStatusPeriods(
      db,
      asked.map(({ days, ...person }) => ({ ...person, windows: joinAdjacent(days) })),
    ),
    countEvents(db, asked),
  ]);
  const periodsOf = Map.groupBy(periods, ({ person }) => person);
  const results = people.map(({ days, statusClasses }, n) =>
    workByDay(periodsOf.get(n) ?? [], days, statusClasses).map((ms): DayResult => (ms > 0 ? [0, 0, ms] : null)),
  );
  for (const { person, day, total, completed } of counts) {
    results[person]![day] = [total, completed, results[person]![day]?.[2] ?? 0];
  }
  return results;
}

/** The counted days of one person in one month, to be saved if one of the marks that they were counted for still exists. */
type MonthPatch = {
  teamId: string;
  personId: string;
  month: string;
  marks: [tick: number, firstDate: string][];
  /** By day of the month, "01" to "31". */
  days: Record<string, DayResult>;
  sums: DayNumbers;
};

function monthPatches({ teamId, personId, marks, days }: RecountedPerson, results: readonly DayResult[]): MonthPatch[] {
  const patches = new Map<string, MonthPatch>();
  const keys = marks.map(({ tick, firstDate }): [number, string] => [tick, firstDate]);
  days.forEach(({ date }, n) => {
    const [month, day] = monthAndDay(date);
    const patch = patches.get(month) ?? { teamId, personId, month, marks: keys, days: {}, sums: [0, 0, 0] };
    patch.days[day] = results[n]!;
    results[n]?.forEach((number, k) => {
      patch.sums[k]! += number;
    });
    patches.set(month, patch);
  });
  return [...patches.values()];
}

/**
 * Saves the counted days of months. `days` is a merge patch (RFC 7396): a day that it does not name stays as it is, and a
 * day that is null loses its entry. A month whose marks another recount has settled meanwhile is not written; nor is one in
 * which nothing changes.
 */
const saveMonths = (patches: MonthPatch[]): SQL => sql`
  WITH
    patch AS (
      SELECT value ->> 'teamId' AS team_id, value ->> 'personId' AS person_id, value ->> 'month' AS month,
        value -> 'marks' AS marks, value -> 'days' AS days,
        value ->> '$.sums[0]' AS total_activities, value ->> '$.sums[1]' AS completed_activities,
        value ->> '$.sums[2]' AS work_ms
      FROM json_each(${JSON.stringify(patches)})),
    -- CROSS JOIN: for each of the few marks of a patch, one look into stale_days by its key.
    valid_patch AS (
      SELECT patch.*, EXISTS (
        SELECT 1 FROM rollups AS rollup WHERE rollup.team_id = patch.team_id AND rollup.person_id = patch.person_id
          AND rollup.month = patch.month AND rollup.counted = 0) AS has_row
      FROM patch
      WHERE EXISTS (
        SELECT 1 FROM json_each(patch.marks) AS counted CROSS JOIN stale_days AS mark
          ON mark.team_id = patch.team_id AND mark.person_id = patch.person_id
          AND mark.tick = (counted.value ->> 0) AND mark.first_date = (counted.value ->> 1)))
  INSERT INTO rollups (team_id, person_id, month, counted, days, total_activities, completed_activities, work_ms)
  -- A new row has no entries to remove, so the nulls are left out of it.
  SELECT team_id, person_id, month, 0, iif(has_row, days, json_patch('{}', days)),
    total_activities, completed_activities, work_ms
  FROM valid_patch
  -- In this order: the look-up of has_row is skipped for most patches.
  WHERE json_patch('{}', days) <> '{}' OR has_row
  ON CONFLICT DO UPDATE SET days = json_patch(days, excluded.days),
    total_activities = total_activities + ${sumChange(sql`0`)},
    completed_activities = completed_activities + ${sumChange(sql`1`)},
    work_ms = work_ms + ${sumChange(sql`2`)}
  WHERE json_patch(days, excluded.days) <> days`;

/** By how much the days of a patch change the sum of the month's numbers at this index of a day's entry. */
const sumChange = (index: SQL): SQL => sql`(
  SELECT sum(coalesce(day.value ->> ${index}, 0) - coalesce(json_extract(rollups.days, '$."' || day.key || '"[${index}]'), 0))
  FROM json_each(excluded.days) AS day)`;

/** Deletes the marks that were counted. */
const settleMarks = (people: readonly RecountedPerson[]): SQL[] => {
  const keys = people.flatMap(({ teamId, personId, marks }) =>
    marks.map(({ tick, firstDate, lastDate }) => [teamId, personId, tick, firstDate, lastDate]),
  );
  return [...pages(keys)].map(
    (page) => sql`
    DELETE FROM stale_days WHERE (team_id, person_id, tick, first_date, last_date) IN (
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(${JSON.stringify(page)}))`,
  );
};

/** Marks what was too much for this step again, under the clock's present tick, unless the person was erased meanwhile. */
const markRemaining = (people: readonly RecountedPerson[]): SQL[] => {
  const rows = people.flatMap(({ teamId, personId, remaining }) =>
    remaining.map(({ firstDate, lastDate }) => [teamId, personId, firstDate, lastDate]),
  );
  return [...pages(rows)].map(
    (page) => sql`
    INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
    SELECT remaining.value ->> 0, remaining.value ->> 1, clock.tick, remaining.value ->> 2, remaining.value ->> 3
    FROM json_each(${JSON.stringify(page)}) AS remaining JOIN rollup_clock AS clock
    WHERE EXISTS (SELECT 1 FROM people WHERE id = (remaining.value ->> 1))
    ON CONFLICT DO UPDATE SET last_date = max(last_date, excluded.last_date)`,
  );
};
