import * as z from "zod";
import { foldStatus } from "../../lib/text.ts";
import { namedTimeZone, text, wholeNumber } from "../../lib/values.ts";
import { CLASSES } from "../../teams/status_classes.ts";

const WEEKDAYS = 7;

/** ISO weekdays, in any order. */
const workDays = z
  .array(wholeNumber(1, WEEKDAYS), "must be a list of weekdays, 1 (Monday) to 7")
  .min(1, "must name at least one weekday")
  .refine((days) => new Set(days).size === days.length, "must name no weekday twice")
  .transform((days) => days.toSorted((a, b) => a - b));

const question = text(500).nullable().optional();

/** What is left out stays; null brings the usual question back. */
const questions = z.strictObject(
  { next: question, blockers: question, previous: question, previous_completed: question },
  "must be an object",
);

/** Longer than any tool may say a status. */
const MAX_STATUS_LENGTH = 64;

/**
 * What statuses are to the team: folded, to whether they are working, or null for as usual. Read key by key: z.record
 * would drop `__proto__`, and of two spellings of one status silently the first.
 */
const statusClasses = z
  .custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), "must be an object")
  .transform((value, ctx) => {
    const classes = new Map<string, boolean | null>();
    for (const [status, said] of Object.entries(value)) {
      const folded = foldStatus(status);
      const message = refuse(status, folded, said) ?? (classes.has(folded) ? "is there in another spelling too" : null);
      if (message) ctx.addIssue({ code: "custom", path: [status], message });
      else classes.set(folded, said === null ? null : CLASSES[said as keyof typeof CLASSES]);
    }
    return Object.fromEntries(classes);
  });

function refuse(status: string, folded: string, said: unknown): string | null {
  if (folded === "" || status.trim().length > MAX_STATUS_LENGTH) return "is no status: those have 1 to 64 characters";
  if (said === null || (typeof said === "string" && Object.hasOwn(CLASSES, said))) return null;
  return `must be ${Object.keys(CLASSES).join(" or ")}, or null for as usual`;
}

/** A month at least: what the latest numbers are made of can always be looked into. */
const retentionDays = wholeNumber(30, 3_650);

/** The body of `PATCH /team`: what is left out stays as it is. */
export const teamChange = z
  .strictObject(
    {
      name: text(100).optional(),
      time_zone: namedTimeZone.optional(),
      work_days: workDays.optional(),
      questions: questions.optional(),
      status_classes: statusClasses.optional(),
      stores_details: z.boolean("must be true or false").optional(),
      retention_days: retentionDays.nullable().optional(),
    },
    "must be an object",
  )
  .refine((change) => Object.keys(change).length > 0, "Nothing to change: give a setting of the team");
