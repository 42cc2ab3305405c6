import * as z from "zod";
import { details, instant, text } from "../../lib/values.ts";
import type { ReportedUser } from "./presence_update.ts";

/** The body of `POST /presence`. Its users are validated one by one, with `presenceUser`: a bad one must not refuse the others. */
export const presenceBatch = z.object({
  timestamp: instant,
  source: text(128),
  users: z.array(z.unknown(), "is required, as an array").max(1_000, "must name at most 1,000 users"),
});

/**
 * One user of a presence update (StatsAware "Presence API"). Any text passes as time zone or e-mail: `toHeartbeat` ignores an
 * invalid one with a warning. Unknown keys are ignored.
 */
export const presenceUser = z.object(
  {
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
  },
  "must be an object",
) satisfies z.ZodType<ReportedUser>;
