import * as z from "zod";
import { date } from "../../lib/values.ts";

/** The body of `POST /member_absences/{id}` and `POST /team_absences`. */
export const newAbsence = z.strictObject({ date }, "must be an object with a date");

/** The date in the path of `DELETE /member_absences/{id}/{date}` and `DELETE /team_absences/{date}`. */
export const absenceDate = z.object({ date });
