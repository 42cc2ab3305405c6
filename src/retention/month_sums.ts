import { localDate } from "../lib/time_zone.ts";
import type { StatusClasses } from "../presence/blocks/status.ts";
import {
  type Calendar,
  type CalendarOf,
  datesFrom,
  type LocalDay,
  monthAndDay,
  utcDate,
} from "../statistics/calendar.ts";
import { type DayNumbers, type Period, workByDay } from "../statistics/numbers.ts";

/** A person on a team, and the time zone in which their days are counted. */
export type PersonInZone = { teamId: string; personId: string; timeZone: string };

/** Numbers of a person in one month of their calendar, by day of the month: "01" to "31". */
export type MonthNumbers = Omit<PersonInZone, "timeZone"> & { month: string; days: Record<string, DayNumbers> };

/** An event as it is counted. `completed` is 1 or 0. */
export type CountedEvent = PersonInZone & { occurredAt: number; completed: number };

/** Sums events by the local day on which they occurred. */
export function sumEvents(events: readonly CountedEvent[], calendarOf: CalendarOf): MonthNumbers[] {
  const sums = new MonthSums();
  for (const { occurredAt, completed, ...person } of events) {
    sums.add(person, dateOf(occurredAt, calendarOf(person.timeZone)), [1, completed, 0]);
  }
  return sums.months();
}

/** A person, and every period of theirs that begins before `cutoff`, in UTC milliseconds. */
export type PersonPeriods = PersonInZone & { statusClasses: StatusClasses; cutoff: number; periods: readonly Period[] };

/**
 * Sums the working time of people before their cutoffs by local day. The cutoff may be any instant: the working time of a day
 * before it and after it add up to that of the whole day, because the union of the periods is cut, and not each period.
 */
export function sumWork(people: readonly PersonPeriods[], calendarOf: CalendarOf): MonthNumbers[] {
  const sums = new MonthSums();
  for (const { statusClasses, cutoff, periods, ...person } of people) {
    const first = periods.reduce((earliest, { start }) => Math.min(earliest, start), cutoff);
    const days = daysBefore(cutoff, first, person.timeZone, calendarOf);
    workByDay(periods, days, statusClasses).forEach((ms, n) => {
      if (ms > 0) sums.add(person, days[n]!.date, [0, 0, ms]);
    });
  }
  return sums.months();
}

/** Lists the local days from that of `first` on; the last of them ends at `cutoff`. */
function daysBefore(cutoff: number, first: number, timeZone: string, calendarOf: CalendarOf): LocalDay[] {
  return [...datesFrom(localDate(first, timeZone), localDate(cutoff, timeZone))]
    .map((date) => calendarOf(timeZone).day(date))
    .filter(({ start }) => start < cutoff)
    .map((day) => ({ ...day, end: Math.min(day.end, cutoff) }));
}

/** Finds the local day that contains an instant. Not by its wall clock time, which may show a date again after midnight. */
function dateOf(ms: number, calendar: Calendar): string {
  const dates = calendar.datesOverlapping(utcDate(ms));
  return dates.find((date) => ms < calendar.day(date).end) ?? dates.at(-1)!;
}

/** Adds numbers up, by person, month and day. */
class MonthSums {
  readonly #months = new Map<string, MonthNumbers>();

  add({ teamId, personId }: PersonInZone, date: string, numbers: DayNumbers): void {
    const [month, day] = monthAndDay(date);
    const key = `${teamId} ${personId} ${month}`;
    const sums = this.#months.get(key) ?? { teamId, personId, month, days: {} };
    this.#months.set(key, sums);
    const before = sums.days[day] ?? [0, 0, 0];
    sums.days[day] = before.map((number, n) => number + numbers[n]!) as DayNumbers;
  }

  months(): MonthNumbers[] {
    return [...this.#months.values()];
  }
}
