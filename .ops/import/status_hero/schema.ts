/** The answers of the API of Status Hero, with the fields that the import uses. Other fields are ignored. */
import * as z from "zod";

const id = z.string("must be a string").min(1, "must not be empty").max(64, "must be at most 64 characters");
const date = z.string("must be a string").regex(/^\d{4}-\d\d-\d\d$/, "must be a date such as 2018-02-05");
const textOrNull = z
  .string("must be a string or null")
  .nullish()
  .transform((text) => text?.trim().toWellFormed() ?? null);
const instant = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 time" })
  .transform((text) => Date.parse(text));

export const user = z.object({
  id,
  email: textOrNull,
  first_name: textOrNull,
  last_name: textOrNull,
  full_name: z.string("must be a string").trim().min(1, "must not be empty"),
  time_zone: textOrNull,
  administrator: z.boolean("must be true or false").default(false),
  slug: z.string("must be a string").trim().min(1, "must not be empty"),
  avatar_url: textOrNull,
});
export type User = z.infer<typeof user>;

export const member = z.object({
  id,
  username: z.string("must be a string").trim().min(1, "must not be empty"),
  role: z.string("must be a string"),
  manager: z.boolean("must be true or false").default(false),
  absent_dates: z.array(date).default([]),
  user,
});
export type Member = z.infer<typeof member>;

/** `2018-02-05 13:48:00`, in UTC. */
const updatedAt = z
  .string("must be a string")
  .transform((text) => Date.parse(/Z$/.test(text) ? text : `${text.replace(" ", "T")}Z`))
  .refine((ms) => !Number.isNaN(ms), "must be a time such as 2018-02-05 13:48:00");

export const report = z.object({
  id,
  date,
  questions: z.object({
    next: z.string("must be a string"),
    blockers: z.string("must be a string"),
    previous: z.string("must be a string"),
    previous_completed: z.string("must be a string"),
  }),
  question_labels: z.object({ previous: z.string("must be a string") }),
  metrics: z.object({ updated_at: updatedAt }),
});
export type Report = z.infer<typeof report>;

export const status = z.object({
  id,
  answers: z.object({
    next: textOrNull,
    blockers: textOrNull,
    previous: textOrNull,
    previous_completed: z.union([z.boolean(), z.string(), z.number()]).nullish(),
  }),
  completed_at: instant.nullable(),
  // Rollcall shows both; the document of Status Hero has neither.
  created_at: instant.optional(),
  updated_at: instant.optional(),
  report_id: id,
  report_date: date,
  slug: z.string("must be a string").min(1, "must not be empty").max(128, "must be at most 128 characters"),
  title: z.string("must be a string"),
  comment_ids: z.array(id),
  reaction_ids: z.array(id),
  status_activity_ids: z.array(id),
  user,
});
export type Status = z.infer<typeof status>;

export const remark = z.object({
  id,
  body: z.string("must be a string"),
  created_at: instant,
  status_id: id,
  user,
});
export type Remark = z.infer<typeof remark>;

export const activity = z.object({
  id,
  kind: z.string("must be a string"),
  created_at: instant,
  description: z.string("must be a string"),
  html_description: textOrNull,
});
export type Activity = z.infer<typeof activity>;

export const tag = z.string("must be a string");
