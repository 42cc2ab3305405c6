import * as z from "zod";
import { date } from "../../lib/values.ts";

/** The body of `POST /member_absences/{id}` and `POST /team_absences`. Unknown keys are ignored. */
export const newAbsence = z.object({ date }, "must be an object with a date");

/** The date in the path of `DELETE /member_absences/{id}/{date}` and `DELETE /team_absences/{date}`. */
export const absenceDate = z.object({ date });
