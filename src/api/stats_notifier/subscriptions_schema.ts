import * as z from "zod";
import { numeral, text } from "../../lib/values.ts";
import { TIME_WINDOWS } from "../../statistics/window.ts";
import { webhookUrl } from "../../subscriptions/webhooks/value.ts";

const timeWindow = z.enum(TIME_WINDOWS, {
  error: ({ input }) => `${input === undefined ? "is required: " : "must be "}one of ${TIME_WINDOWS.join(", ")}`,
});

/** Any id, e-mail, slug, username or identifier of a person of the team. */
const person = text(320);

/** POST /stats-notifications. Unknown keys are ignored, as in each request that the contract documents. */
export const newSubscription = z.object(
  { user_id: person, time_window: timeWindow, webhook_url: webhookUrl },
  "must be an object",
);

/** PUT /stats-notifications/{id}: what is left out stays as it is, and unknown keys are ignored. */
export const subscriptionChange = z
  .object({ time_window: timeWindow.optional(), webhook_url: webhookUrl }, "must be an object")
  .refine((said) => said.time_window !== undefined || said.webhook_url !== undefined, {
    path: ["time_window"],
    message: `is required, or webhook_url: one of ${TIME_WINDOWS.join(", ")}`,
  });

/** GET /stats-notifications: pages from 1, of 20 and at most 100; those that are active, unless others are asked for. */
export const subscriptionsQuery = z.object({
  page: numeral(1, 1_000_000).default(1),
  limit: numeral(1, 100).default(20),
  user_id: person.optional(),
  status: z.enum(["active", "removed"], "must be active or removed").default("active"),
});
