import { type SQL, sql } from "drizzle-orm";
import { atomically, type Database } from "../db/client.ts";
import { countEvents } from "../events/count_store.ts";
import { pages } from "../lib/pages.ts";
import { heldInStretches } from "../presence/blocks/stretch_store.ts";
import { type Calendar, calendars, monthAndDay } from "./calendar.ts";
import { type Plan, planDays, stretchesOf } from "./marks.ts";
import { type DayNumbers, workOfDays } from "./numbers.ts";
import type { StalePerson } from "./stale_store.ts";

/** Days of one person counted in one step: a year, of which even a busy one has a few thousand blocks. */
const DAYS_OF_ONE = 400;
/** Days of all people counted in one step: with ten blocks each, a few megabytes. */
const DAYS_AT_ONCE = 6_000;

/** Somebody, the days of theirs that one step counts, and what of their marks is left for the next. */
export type Planned = StalePerson & Plan;

/** Null for a day without anything. */
type Counted = DayNumbers | null;

/**
 * Counts the stale days of people anew and says who of them could be: those left are too many for one step. `also`: what is
 * to be done in the same atomic batch as the last of them. Marks must have been made before the clock's last tick: then
 * whatever changed since has a mark of its own, and whoever settles a mark first settles it for all.
 */
export async function rollUp(
  db: Database,
  stale: readonly StalePerson[],
  now: number,
  also: (people: Planned[]) => Promise<SQL[]>,
  calendarOf: (zone: string) => Calendar = calendars(),
): Promise<Planned[]> {
  const planned = plan(stale, now, calendarOf);
  const numbers = await countDays(db, planned);
  const months = planned.flatMap((person, n) => monthsOf(person, numbers[n]!));
  await atomically(db, [...[...pages(months)].map(saveMonths), ...settleMarks(planned), ...(await also(planned))]);
  return planned;
}

/** As many of the people as one step can count, and of each as many days. */
function plan(stale: readonly StalePerson[], now: number, calendarOf: (zone: string) => Calendar): Planned[] {
  const planned: Planned[] = [];
  let room = DAYS_AT_ONCE;
  for (const person of stale) {
    if (room <= 0) break;
    const limit = Math.min(room, DAYS_OF_ONE);
    const { days, rest } = planDays(person.marks, person.earliest, calendarOf(person.zone), now, limit);
    planned.push({ ...person, days, rest });
    room -= days.length;
  }
  return planned;
}

async function countDays(db: Database, planned: readonly Planned[]): Promise<Counted[][]> {
  const asked = planned.map(({ accountId, teamId, personId, days }) => ({ accountId, teamId, personId, days }));
  const [held, counts] = await Promise.all([
    heldInStretches(
      db,
      asked.map(({ days, ...one }) => ({ ...one, stretches: stretchesOf(days) })),
    ),
    countEvents(db, asked),
  ]);
  const heldBy = Map.groupBy(held, ({ person }) => person);
  const numbers = planned.map(({ days, classes }, n) =>
    workOfDays(heldBy.get(n) ?? [], days, classes).map((ms): Counted => (ms > 0 ? [0, 0, ms] : null)),
  );
  for (const { person, day, total, completed } of counts) {
    numbers[person]![day] = [total, completed, numbers[person]![day]?.[2] ?? 0];
  }
  return numbers;
}

/** What is to be written of one month of somebody, as long as a mark stands that this was counted for. */
type Month = {
  teamId: string;
  personId: string;
  month: string;
  marks: [number, string][];
  days: Record<string, Counted>;
  sums: DayNumbers;
};

function monthsOf({ teamId, personId, marks, days }: Planned, numbers: readonly Counted[]): Month[] {
  const months = new Map<string, Month>();
  const keys = marks.map(({ tick, firstDate }): [number, string] => [tick, firstDate]);
  days.forEach(({ date }, n) => {
    const [month, day] = monthAndDay(date);
    const known = months.get(month) ?? { teamId, personId, month, marks: keys, days: {}, sums: [0, 0, 0] };
    known.days[day] = numbers[n]!;
    numbers[n]?.forEach((number, k) => {
      known.sums[k]! += number;
    });
    months.set(month, known);
  });
  return [...months.values()];
}

/** A merge patch (RFC 7396): days it does not name stay, days without anything lose their entry. */
const saveMonths = (months: Month[]): SQL => {
  const row = sql`FROM rollups r WHERE r.team_id = (m.value ->> 'teamId') AND r.person_id = (m.value ->> 'personId')
    AND r.month = (m.value ->> 'month') AND r.archived = 0`;
  // By how much the days that the patch names change the sum of the month.
  const growth = (nth: SQL) => sql`(
    SELECT sum(coalesce(d.value ->> ${nth}, 0) - coalesce(json_extract(rollups.days, '$."' || d.key || '"[${nth}]'), 0))
    FROM json_each(excluded.days) d)`;
  // Only a row that is there already can lose entries; a new one has none that say so.
  return sql`
    INSERT INTO rollups (team_id, person_id, month, archived, days, total_activities, completed_activities, work_ms)
    SELECT m.value ->> 'teamId', m.value ->> 'personId', m.value ->> 'month', 0,
      iif(EXISTS (SELECT 1 ${row}), m.value -> 'days', json_patch('{}', m.value -> 'days')),
      m.value ->> '$.sums[0]', m.value ->> '$.sums[1]', m.value ->> '$.sums[2]'
    FROM json_each(${JSON.stringify(months)}) m
    WHERE EXISTS (SELECT 1 FROM json_each(m.value, '$.marks') k CROSS JOIN stale_days s ON s.team_id = (m.value ->> 'teamId')
        AND s.person_id = (m.value ->> 'personId') AND s.tick = (k.value ->> 0) AND s.first_date = (k.value ->> 1))
      AND (json_patch('{}', m.value -> 'days') <> '{}' OR EXISTS (SELECT 1 ${row}))
    ON CONFLICT DO UPDATE SET days = json_patch(days, excluded.days), total_activities = total_activities + ${growth(sql`0`)},
      completed_activities = completed_activities + ${growth(sql`1`)}, work_ms = work_ms + ${growth(sql`2`)}
    WHERE json_patch(days, excluded.days) <> days`;
};

/** Takes away the marks that were counted for, and marks again what was too much for one step. */
function settleMarks(planned: readonly Planned[]): SQL[] {
  const settled = planned.flatMap(({ teamId, personId, marks }) =>
    marks.map(({ tick, firstDate, lastDate }) => [teamId, personId, tick, firstDate, lastDate]),
  );
  const rests = planned.flatMap(({ teamId, personId, rest }) =>
    rest.map(({ firstDate, lastDate }) => [teamId, personId, firstDate, lastDate]),
  );
  const remove = [...pages(settled)].map(
    (page) => sql`
    DELETE FROM stale_days WHERE (team_id, person_id, tick, first_date, last_date) IN (
      SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(${JSON.stringify(page)}))`,
  );
  const remark = [...pages(rests)].map(
    (page) => sql`
    INSERT INTO stale_days (team_id, person_id, tick, first_date, last_date)
    SELECT r.value ->> 0, r.value ->> 1, c.tick, r.value ->> 2, r.value ->> 3
    FROM json_each(${JSON.stringify(page)}) r JOIN rollup_clock c
    WHERE EXISTS (SELECT 1 FROM people WHERE id = (r.value ->> 1))
    ON CONFLICT DO UPDATE SET last_date = max(last_date, excluded.last_date)`,
  );
  return [...remove, ...remark];
}
