import * as z from "zod";
import { text } from "../../lib/values.ts";

const MAX_ANSWER_LENGTH = 10_000;

/** Left out, an answer stays as it is; null clears it. */
const answer = z
  .string("must be a string, or null")
  .trim()
  .max(MAX_ANSWER_LENGTH, `must be at most ${MAX_ANSWER_LENGTH} characters`)
  .nullish();

/** Yes and no in each way in which Status Hero's own data says them. */
const MET = new Map<unknown, boolean>([
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
    const met = MET.get(value);
    if (met !== undefined) return met;
    ctx.addIssue({ code: "custom", message: "must be true, false or null" });
    return z.NEVER;
  })
  .optional();

const answers = z
  .strictObject(
    { next: answer, blockers: answer, previous: answer, previous_completed: previousCompleted },
    { error: (issue) => (issue.input === undefined ? "is required" : "must be an object") },
  )
  .refine((given) => Object.values(given).some((value) => value !== undefined), "must hold at least one answer");

/** PUT /statuses/{id} */
export const statusChange = z.strictObject({ answers });

/** POST /statuses */
export const newStatus = z.strictObject({ member: text(320), answers });
