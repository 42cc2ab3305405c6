import * as z from "zod";
import { namedTimeZone } from "../../lib/values.ts";
import {
  newIdentitiesPerDay,
  questionsChange,
  retentionDays,
  statusClassesChange,
  teamName,
  workDays,
} from "../../teams/value.ts";

/**
 * The body of `PATCH /team`: what is left out stays as it is. A new setting needs its line here, under the name of its column
 * in `teams`; `teamBody` then shows it.
 */
export const teamChange = z
  .strictObject(
    {
      name: teamName,
      time_zone: namedTimeZone,
      work_days: workDays,
      questions: questionsChange,
      status_classes: statusClassesChange,
      stores_details: z.boolean("must be true or false"),
      retention_days: retentionDays.nullable(),
      new_identities_per_day: newIdentitiesPerDay,
    },
    "must be an object",
  )
  .partial()
  .refine((change) => Object.keys(change).length > 0, "Nothing to change: give a setting of the team");
