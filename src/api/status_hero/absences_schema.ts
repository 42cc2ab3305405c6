import * as z from "zod";
import { DAY_MS } from "../../lib/duration.ts";
import { date } from "../../lib/values.ts";
import { pageQuery } from "./schema.ts";

/** The most days of a range. */
const MAX_DAYS = 366;

const daysOf = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;

/**
 * The body of `POST /member_absences/{id}` and `POST /team_absences`: one date or a range. `range` is either as a range, and
 * `sent` is what the answer repeats. Unknown keys are ignored.
 */
export const newAbsence = z
  .object({ date: date.optional(), from: date.optional(), to: date.optional() }, "must be an object with a date")
  .transform(({ date, from, to }, ctx) => {
    const fail = (path: string, message: string) => {
      ctx.addIssue({ code: "custom", path: [path], message });
      return z.NEVER;
    };
    if (date !== undefined) {
      if (from !== undefined || to !== undefined) return fail("date", "must be left out beside from and to");
      return { range: { from: date, to: date }, sent: { date } };
    }
    if (from === undefined && to === undefined) return fail("date", "is required, or from and to");
    if (from === undefined) return fail("from", "is required beside to");
    if (to === undefined) return fail("to", "is required beside from");
    if (to < from) return fail("to", "must not be before from");
    if (daysOf(from, to) > MAX_DAYS) return fail("to", `must end a range of at most ${MAX_DAYS} days`);
    return { range: { from, to }, sent: { from, to } };
  });

/** The date in the path of `DELETE /member_absences/{id}/{date}` and `DELETE /team_absences/{date}`. */
export const absenceDate = z.object({ date });

/** The query of the lists of absences: the dates from `from` to `to`, both included. */
export const absencesQuery = pageQuery.extend({ from: date.optional(), to: date.optional() });
