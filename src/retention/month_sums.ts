import { localDate } from "../lib/time_zone.ts";
import type { StatusClasses } from "../presence/blocks/status.ts";
import { type Calendar, datesFrom, type LocalDay, monthAndDay, utcDate } from "../statistics/calendar.ts";
import { type DayNumbers, type Stretch, workOfDays } from "../statistics/numbers.ts";

/** Somebody on a team, in the zone that their days are counted in. */
export type Somebody = { teamId: string; personId: string; zone: string };

/** What was somebody's in a month of their calendar, by day of the month: "01" to "31". */
export type Month = Omit<Somebody, "zone"> & { month: string; days: Record<string, DayNumbers> };

type Calendars = (zone: string) => Calendar;

/** An event by what it counts for. */
export type Counted = Somebody & { occurredAt: number; completed: number };

/** What events came to, on the local days they were on. */
export function tallyEvents(events: readonly Counted[], calendarOf: Calendars): Month[] {
  const tally = new Tally();
  for (const { occurredAt, completed, ...somebody } of events) {
    tally.add(somebody, dateOf(occurredAt, calendarOf(somebody.zone)), [1, completed, 0]);
  }
  return tally.months();
}

/** Somebody, and every stretch of theirs that begins before `cut`. */
export type Worked = Somebody & { classes: StatusClasses; cut: number; stretches: readonly Stretch[] };

/**
 * What people worked before their cuts. The cut may be any instant: what one day has before it and what it has after it
 * are counted apart, and add up to the day, because the union of stretches is cut there and not the stretches one by one.
 */
export function tallyWork(people: readonly Worked[], calendarOf: Calendars): Month[] {
  const tally = new Tally();
  for (const { classes, cut, stretches, ...somebody } of people) {
    const first = stretches.reduce((earliest, { start }) => Math.min(earliest, start), cut);
    const days = daysBefore(cut, first, somebody.zone, calendarOf);
    workOfDays(stretches, days, classes).forEach((ms, n) => {
      if (ms > 0) tally.add(somebody, days[n]!.date, [0, 0, ms]);
    });
  }
  return tally.months();
}

/** The local days from that of `first` on, the last of them ending at `cut`. */
function daysBefore(cut: number, first: number, zone: string, calendarOf: Calendars): LocalDay[] {
  return [...datesFrom(localDate(first, zone), localDate(cut, zone))]
    .map((date) => calendarOf(zone).day(date))
    .filter(({ start }) => start < cut)
    .map((day) => ({ ...day, end: Math.min(day.end, cut) }));
}

/** The date of the local day an instant lies in, as roll-ups have days: they tile time, wall clocks may go back. */
function dateOf(ms: number, calendar: Calendar): string {
  const dates = calendar.touchedBy(utcDate(ms));
  return dates.find((date) => ms < calendar.day(date).end) ?? dates.at(-1)!;
}

/** Adds up; of a person's month there is one. */
class Tally {
  readonly #months = new Map<string, Month>();

  add({ teamId, personId }: Somebody, date: string, numbers: DayNumbers): void {
    const [month, day] = monthAndDay(date);
    const key = `${teamId} ${personId} ${month}`;
    const known = this.#months.get(key) ?? { teamId, personId, month, days: {} };
    this.#months.set(key, known);
    const before = known.days[day] ?? [0, 0, 0];
    known.days[day] = before.map((number, n) => number + numbers[n]!) as DayNumbers;
  }

  months(): Month[] {
    return [...this.#months.values()];
  }
}
