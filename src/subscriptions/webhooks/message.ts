import { type Counted, numbersBody } from "../../api/stats_notifier/subscription_body.ts";
import { formatInstant } from "../../lib/instant.ts";

/** A subscription as its message tells of it. */
export type Told = Counted & {
  id: string;
  /** Whose numbers they are: whom it was made for, or their successor. */
  personId: string;
  timeWindow: string;
};

/** The message that a subscription's numbers changed, as it is sent; `changedAt` is in UTC milliseconds. */
export const snapshotUpdated = (told: Told, changedAt: number) => ({
  type: "snapshot.updated",
  timestamp: formatInstant(changedAt),
  data: {
    notification_id: told.id,
    user_id: told.personId,
    time_window: told.timeWindow,
    ...numbersBody(told),
  },
});
