import * as z from "zod";
import { date } from "../../lib/values.ts";

/** The body of `POST /member_absences/{id}` and `POST /team_absences`. */
export const newAbsence = z.strictObject({ date }, "must be an object with a date");

/** The date in the path of what removes an absence. */
export const absenceDate = z.object({ date });
