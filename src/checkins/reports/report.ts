import type { ReportEntry } from "./metrics.ts";
import type { Questions } from "./questions.ts";

/** A report as stored, with what its numbers are counted from. */
export type ReportRow = {
  id: string;
  teamId: string;
  /** Local dates, `YYYY-MM-DD`: the day of the report, and the work day before it. */
  date: string;
  previousDate: string;
  /** As asked on that day. */
  questions: Questions;
  /** UTC milliseconds: when an answer, or who is expected, last changed. */
  updatedAt: number;
  entries: ReportEntry[];
};
