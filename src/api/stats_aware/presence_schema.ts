import * as z from "zod";
import { details, instant, text } from "../../lib/values.ts";
import type { PresenceUpdate } from "./presence_update.ts";

/**
 * The body of `POST /presence` (StatsAware "Presence API"). Any text passes as time zone or e-mail: `toHeartbeat` ignores
 * an invalid one with a warning.
 */
export const presenceUpdate = z.object({
  timestamp: instant,
  source: text(128),
  users: z
    .array(
      z.object({
        personIdentifier: text(256),
        name: z.string().trim().max(200, "must be at most 200 characters").nullish(),
        // Stored as sent; only comparisons trim it.
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
