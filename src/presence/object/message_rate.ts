import { SECOND_MS } from "../../lib/duration.ts";

/** The most messages of a socket within PERIOD_MS. Pings do not count: the runtime answers them without the object. */
const MAX_MESSAGES = 20;
const PERIOD_MS = 10 * SECOND_MS;

/** The largest message of a viewer, in characters or bytes. Nothing but `ping` has a meaning. */
export const MAX_MESSAGE_LENGTH = 1_024;

/** How many messages a socket sent since an instant, UTC milliseconds. */
export type MessageCount = { since: number; count: number };

/** Counts one more message. */
export const countMessage = (before: MessageCount | null, now: number): MessageCount =>
  before && now >= before.since && now < before.since + PERIOD_MS
    ? { ...before, count: before.count + 1 }
    : { since: now, count: 1 };

/** Whether a socket sends more messages than it may. */
export const isFlood = ({ count }: MessageCount): boolean => count > MAX_MESSAGES;
