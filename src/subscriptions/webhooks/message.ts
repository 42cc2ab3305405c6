import { formatInstant } from "../../lib/instant.ts";
import { numbersBody, type Subscription } from "../subscription.ts";

/** The part of a subscription that its messages show. */
export type MessageSubscription = Pick<
  Subscription,
  | ("id" | "personId" | "timeWindow")
  | ("totalActivities" | "completedActivities" | "workMs")
  | ("startDate" | "endDate" | "timeZone")
>;

/** Builds the message that a subscription's numbers changed at `changedAt`, in UTC milliseconds. */
export const snapshotUpdated = (subscription: MessageSubscription, changedAt: number) => ({
  type: "snapshot.updated",
  timestamp: formatInstant(changedAt),
  data: {
    notification_id: subscription.id,
    user_id: subscription.personId,
    time_window: subscription.timeWindow,
    ...numbersBody(subscription),
  },
});
