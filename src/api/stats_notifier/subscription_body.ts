import { wholeSeconds } from "../../lib/instant.ts";
import type { Subscription } from "../../subscriptions/subscription.ts";

/** Shows what every answer of the Stats Notifier says of a subscription. */
export const subscriptionBody = ({ id, personId, timeWindow, status }: Subscription) => ({
  notification_id: id,
  user_id: personId,
  time_window: timeWindow,
  status,
});

/** Shows a subscription in a list. */
export const listedBody = (subscription: Subscription) => ({
  ...subscriptionBody(subscription),
  last_refreshed_at: wholeSeconds(subscription.lastRefreshedAt),
});
