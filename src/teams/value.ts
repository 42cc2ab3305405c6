import * as z from "zod";
import { foldStatus, slugify } from "../lib/text.ts";
import { text, wholeNumber } from "../lib/values.ts";
import { STATUS_CLASSES } from "./status_classes.ts";

/** What a team is called. */
export const teamName = text(100);

/** The name of a team in links: unique in the whole deployment. */
export const teamSlug = z
  .string("must be a string")
  .refine(
    (value) => value !== "" && slugify(value) === value,
    "must be of lower-case letters, digits and single hyphens, at most 60 characters",
  );

/** The days on which a team works: ISO weekdays, 1 = Monday, given in any order and sorted. */
export const workDays = z
  .array(wholeNumber(1, 7), "must be a list of weekdays, 1 (Monday) to 7")
  .min(1, "must name at least one weekday")
  .refine((days) => new Set(days).size === days.length, "must name no weekday twice")
  .transform((days) => days.toSorted((a, b) => a - b));

const question = text(500).nullable().optional();

/** A change of a team's check-in questions: null brings the usual question back, what is left out stays. */
export const questionsChange = z.strictObject(
  { next: question, blockers: question, previous: question, previous_completed: question },
  "must be an object",
);

/** The longest status that a tool may report, in characters. */
const MAX_STATUS_LENGTH = 64;

/**
 * A change of the statuses that a team classifies, by folded status: whether it counts as working, or null for as usual.
 * No z.record: it would drop `__proto__`, and of two spellings of one status it would silently keep the last.
 */
export const statusClassesChange = z
  .custom<object>((value) => typeof value === "object" && value !== null && !Array.isArray(value), "must be an object")
  .transform((value, ctx) => {
    const classes = new Map<string, boolean | null>();
    for (const [status, word] of Object.entries(value)) {
      const folded = foldStatus(status);
      const message =
        classProblem(status, folded, word) ?? (classes.has(folded) ? "is there in another spelling too" : null);
      if (message) ctx.addIssue({ code: "custom", path: [status], message });
      else classes.set(folded, word === null ? null : STATUS_CLASSES[word as keyof typeof STATUS_CLASSES]);
    }
    return Object.fromEntries(classes);
  });

function classProblem(status: string, folded: string, word: unknown): string | null {
  if (folded === "" || status.trim().length > MAX_STATUS_LENGTH) return "is no status: those have 1 to 64 characters";
  if (word === null || (typeof word === "string" && Object.hasOwn(STATUS_CLASSES, word))) return null;
  return `must be ${Object.keys(STATUS_CLASSES).join(" or ")}, or null for as usual`;
}

/** How many new identities each of the team's keys may create on one UTC day; 0: none. */
export const newIdentitiesPerDay = wholeNumber(0, 100_000);

/** For how many days a team keeps presence and events: a month at least, in which the latest numbers can be checked. */
export const retentionDays = wholeNumber(30, 3_650);
