/** One check-in of a report, as far as its numbers go. */
export type Turnout = {
  id: string;
  /** Whose it is, after merges: a person counts once, however many check-ins they come to by these. */
  personId: string;
  /** UTC milliseconds; null while pending. */
  completedAt: number | null;
  /** Whether the member is on leave that day. */
  absent: boolean;
  blocked: boolean;
  previousCompleted: boolean;
};

const isCompleted = (one: Turnout): one is Turnout & { completedAt: number } => one.completedAt !== null;

/**
 * The numbers of a report (product.md, "Check-ins"): who is expected is present or absent, and whoever checks in is present
 * even on leave; the rest counts the completed check-ins.
 */
export function metrics(turnout: readonly Turnout[]) {
  const people = [...Map.groupBy(turnout, ({ personId }) => personId).values()];
  const completed = people.map((theirs) => theirs.filter(isCompleted)).filter((theirs) => theirs.length > 0);
  const absent = people.filter((theirs) => theirs.some((one) => one.absent) && !theirs.some(isCompleted));
  return {
    blocked_count: completed.filter((theirs) => theirs.some(({ blocked }) => blocked)).length,
    participation_count: completed.length,
    absent_statuses_count: absent.length,
    present_statuses_count: people.length - absent.length,
    previous_completed_count: completed.filter((theirs) => theirs.some((one) => one.previousCompleted)).length,
  };
}

/** The ids of the completed check-ins, the latest first, ties by id. */
export const completedIds = (turnout: readonly Turnout[]): string[] =>
  turnout
    .filter(isCompleted)
    .sort((a, b) => b.completedAt - a.completedAt || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);

/** Whether the goals of the previous day were met, of what is stored: imported history says so in ways of its own. */
export const isMet = (previousCompleted: unknown): boolean =>
  previousCompleted === true || previousCompleted === "1" || previousCompleted === 1;
