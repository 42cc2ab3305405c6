import * as z from "zod";
import { answerText } from "../../checkins/statuses/value.ts";
import { date, text } from "../../lib/values.ts";

/** Yes and no, in each form that Status Hero's own data has. */
const YES_OR_NO = new Map<unknown, boolean>([
  [true, true],
  ["1", true],
  [1, true],
  [false, false],
  ["0", false],
  [0, false],
]);

const previousCompleted = z
  .unknown()
  .transform((value, ctx) => {
    if (value === null || value === undefined) return value;
    const met = YES_OR_NO.get(value);
    if (met !== undefined) return met;
    ctx.addIssue({ code: "custom", message: "must be true, false or null" });
    return z.NEVER;
  })
  .optional();

/** An answer that is left out stays as it is; null clears it. */
const answers = z
  .strictObject(
    {
      next: answerText.nullish(),
      blockers: answerText.nullish(),
      previous: answerText.nullish(),
      previous_completed: previousCompleted,
    },
    { error: (issue) => (issue.input === undefined ? "is required" : "must be an object") },
  )
  .refine((fields) => Object.values(fields).some((value) => value !== undefined), "must hold at least one answer");

export type StatusAnswers = z.output<typeof answers>;

/** The body of `PUT /statuses/{id}`. */
export const statusChange = z.strictObject({ answers });

/** The body of `POST /statuses`. Without a date, today. */
export const newStatus = z.strictObject({ member: text(320), date: date.optional(), answers });
