import * as z from "zod";
import { pageByName } from "../../http/schema.ts";
import { details, instant, text } from "../../lib/values.ts";
import type { PresenceUpdate } from "../../presence/heartbeat/update.ts";

/**
 * StatsAware "Presence API", request. What only describes a user is taken leniently: a time zone or an e-mail that is none
 * becomes a warning in the handler, and never costs anybody their presence.
 */
export const presenceUpdate = z.object({
  timestamp: instant,
  source: text(128),
  users: z
    .array(
      z.object({
        personIdentifier: text(256),
        name: z.string().trim().max(200, "must be at most 200 characters").nullish(),
        // Kept as sent; what is compared is trimmed.
        status: z
          .string("is required, as a string")
          .max(64, "must be at most 64 characters")
          .refine((status) => status.trim() !== "", "must not be empty"),
        timezone: z.string().max(256, "must be at most 256 characters").nullish(),
        email: z.string().trim().max(320, "must be at most 320 characters").nullish(),
        details: details.nullish(),
      }),
      "is required, as an array",
    )
    .max(1_000, "must name at most 1,000 users"),
}) satisfies z.ZodType<PresenceUpdate>;

/** GET /presence */
export const presenceQuery = pageByName.extend({
  present: z
    .enum(["true", "false"], "must be true or false")
    .transform((value) => value === "true")
    .optional(),
});
