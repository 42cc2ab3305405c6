import * as z from "zod";
import { details, instant, orNull, text, webAddress } from "../../lib/values.ts";

/** The body of `POST /events`. Its events are validated one by one, with `event`: a bad one must not refuse the others. */
export const eventBatch = z.object(
  {
    events: z
      .array(z.unknown(), { error: (issue) => (issue.input === undefined ? "is required" : "must be an array") })
      .max(1_000, "must hold at most 1,000 events"),
  },
  "must be an object with an array of events",
);

/** One activity event (StatsAware, "Events API"). Unknown keys are ignored. */
export const event = z.object(
  {
    kind: text(64),
    externalId: text(256),
    personIdentifier: text(256),
    timestamp: instant,
    title: text(1_000),
    scope: text(256),
    url: orNull(webAddress),
    details: orNull(details),
  },
  "must be an object",
);
