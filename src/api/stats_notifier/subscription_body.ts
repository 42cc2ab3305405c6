import { wholeSeconds } from "../../lib/instant.ts";
import { type Numbers, snapshotBody } from "../../statistics/snapshot.ts";
import type { PlacedWindow, TimeWindow } from "../../statistics/window.ts";

/** Numbers, and the window they are of. */
export type Counted = Numbers & Omit<PlacedWindow, "endsAt">;

/** A subscription as the store knows it. */
export type Subscription = Counted & {
  id: string;
  personId: string;
  timeWindow: TimeWindow;
  status: "active" | "removed";
  lastRefreshedAt: number;
  createdAt: number;
  updatedAt: number;
};

/** What every answer of the Stats Notifier says of a subscription. */
export const subscriptionBody = ({ id, personId, timeWindow, status }: Subscription) => ({
  notification_id: id,
  user_id: personId,
  time_window: timeWindow,
  status,
});

/** As `subscriptionBody`, as lists show it. */
export const listedBody = (subscription: Subscription) => ({
  ...subscriptionBody(subscription),
  last_refreshed_at: wholeSeconds(subscription.lastRefreshedAt),
});

/** The three numbers, and the window they are of: its first and last date, both inclusive. */
export const numbersBody = (counted: Counted) => ({
  snapshot: snapshotBody(counted),
  window: { start_date: counted.startDate, end_date: counted.endDate, timezone: counted.timeZone },
});
