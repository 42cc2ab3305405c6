import type { User } from "../../people/user.ts";

/** A check-in as stored (Status Hero's "status"), with its person: after a merge, the successor. */
export type CheckinRow = {
  id: string;
  reportId: string;
  /** Local dates, `YYYY-MM-DD`: the day of the report, and the work day before it. */
  date: string;
  previousDate: string;
  /** `{date}-{user slug}`, as the slug was when the check-in was created. */
  slug: string;
  /** Answers are stored trimmed; null where there is none. */
  next: string | null;
  blockers: string | null;
  previous: string | null;
  /** A boolean; in imported history also "1", "0" or another text. */
  previousCompleted: boolean | string | null;
  /** UTC milliseconds; null while pending. */
  completedAt: number | null;
  /** When the check-in was created, and when its answers last changed. */
  createdAt: number;
  updatedAt: number;
  person: User & { location: string | null };
};

/** The ids of a check-in's comments, reactions and activities, each oldest first. */
export type RelatedIds = { commentIds: string[]; reactionIds: string[]; activityIds: string[] };

/** A check-in with the ids of what belongs to it. */
export type Checkin = CheckinRow & RelatedIds;

/** Answers to the question for blockers that say there are none, in lower case: with a full stop or without. */
export const NO_BLOCKERS: readonly string[] = ["no", "none", "n/a", "nothing", "-"].flatMap((word) => [
  word,
  `${word}.`,
]);

/** Whether an answer names blockers. The counts of reports decide the same in SQL (`reports/store.ts`). */
export const isBlocked = ({ blockers }: Pick<CheckinRow, "blockers">): boolean =>
  Boolean(blockers) && !NO_BLOCKERS.includes(blockers!.toLowerCase());

/** Whether the goals of the previous work day were met, by a stored answer: imported history says yes as "1" or 1 too. */
export const areGoalsMet = (previousCompleted: unknown): boolean =>
  previousCompleted === true || previousCompleted === "1" || previousCompleted === 1;
