/** One check-in of a report, with what the numbers of the report depend on. */
export type ReportEntry = {
  /** The id of the check-in. */
  id: string;
  /** The person, or the successor they were merged into. A merged person can have several check-ins in one report. */
  personId: string;
  /** UTC milliseconds; null while pending. */
  completedAt: number | null;
  /** Whether the person is recorded as absent that day, or a tool reported them on leave. */
  absent: boolean;
  blocked: boolean;
  /** Whether the goals of the previous work day were met. */
  previousCompleted: boolean;
};

type CompletedEntry = ReportEntry & { completedAt: number };

const isCompleted = (entry: ReportEntry): entry is CompletedEntry => entry.completedAt !== null;

/** The numbers of a report. Each counts people, so a person with several check-ins counts once. */
export type ReportMetrics = {
  /** People who checked in and named blockers. */
  blocked: number;
  /** People who checked in. */
  participation: number;
  /** People who are absent (see `ReportEntry`) and did not check in. */
  absent: number;
  /** All other people: an absent person who checks in all the same is present. */
  present: number;
  /** People who checked in and met the goals of the previous work day. */
  previousCompleted: number;
};

/** Counts the numbers of a report from its check-ins. */
export function reportMetrics(entries: readonly ReportEntry[]): ReportMetrics {
  const people = [...Map.groupBy(entries, ({ personId }) => personId).values()];
  const completed = people.map((ofPerson) => ofPerson.filter(isCompleted)).filter((found) => found.length > 0);
  const absent = people.filter((ofPerson) => ofPerson.some((entry) => entry.absent) && !ofPerson.some(isCompleted));
  return {
    blocked: completed.filter((ofPerson) => ofPerson.some((entry) => entry.blocked)).length,
    participation: completed.length,
    absent: absent.length,
    present: people.length - absent.length,
    previousCompleted: completed.filter((ofPerson) => ofPerson.some((entry) => entry.previousCompleted)).length,
  };
}

/** Lists the ids of the completed check-ins, the latest first, ties by id. */
export const completedIds = (entries: readonly ReportEntry[]): string[] =>
  entries
    .filter(isCompleted)
    .sort((a, b) => b.completedAt - a.completedAt || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
