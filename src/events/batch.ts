import { MAX_AHEAD_MS } from "../presence/update.ts";

/** An activity event as it is kept: texts trimmed, the time in UTC milliseconds. */
export type NewEvent = {
  kind: string;
  externalId: string;
  personIdentifier: string;
  timestamp: number;
  title: string;
  scope: string;
  url: string | null;
  details: object | null;
  /** The description of a status activity as sent, with its markup; other events have none. */
  html?: string | null;
};

/** One event of a batch as it was read: what it says, or why it cannot be taken. */
export type Read = { externalId: string | null } & ({ event: NewEvent } | { problem: string });

/** One event of a batch that was not taken: `index` is its place in the batch, `message` names the field and why. */
export type Failure = { index: number; externalId: string | null; message: string };

/**
 * Parts a batch into the events to keep and the failures (product.md, "Events"). An event may be as old as it likes, but
 * not more than 5 minutes ahead of `now`. Of one sent twice the last good one is kept.
 */
export function sortOut(batch: readonly Read[], now: number): { events: NewEvent[]; failures: Failure[] } {
  const events = new Map<string, NewEvent>();
  const failures: Failure[] = [];
  for (const [index, read] of batch.entries()) {
    const problem = "event" in read ? tooFarAhead(read.event, now) : read.problem;
    if (problem !== null) failures.push({ index, externalId: read.externalId, message: problem });
    else if ("event" in read) events.set(read.event.externalId, read.event);
  }
  return { events: [...events.values()], failures };
}

const tooFarAhead = ({ timestamp }: NewEvent, now: number): string | null =>
  timestamp - now > MAX_AHEAD_MS ? "timestamp: must not be more than 5 minutes ahead" : null;
