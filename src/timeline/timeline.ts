import type { Interval } from "../lib/interval.ts";
import { localTime } from "../lib/time_zone.ts";

/** The columns of a timeline as CSV: when, then what blocks and events share, then what each has of its own. */
export const TIMELINE_COLUMNS = [
  ...[
    "type",
    "local_time",
    "started_at",
    "ended_at",
    "last_seen_at",
    "occurred_at",
    "status",
    "working",
    "kind",
    "title",
  ],
  ...["scope", "url", "source", "external_id", "identifier", "id", "details"],
] as const;

/** Of blocks that began before the day was over and had not ended before it, those it saw: no open block holds beyond now. */
export const soFar = <B extends { endedAt: number | null }>(blocks: readonly B[], day: Interval, now: number): B[] =>
  blocks.filter(({ endedAt }) => endedAt !== null || day.start <= now);

type Entry<T extends string, B> = B & { type: T; local_time: string };

/**
 * A day as one list by time, in the local time of the person: what held from a time on, and what happened at one. Of two
 * at the same time the block comes first.
 */
export function timeline<B extends { started_at: string }, E extends { occurred_at: string }>(
  blocks: readonly B[],
  events: readonly E[],
  zone: string,
): (Entry<"block", B> | Entry<"event", E>)[] {
  const local = (at: number) => localTime(at, zone);
  const entries = [
    ...blocks.map((body) => ({ at: Date.parse(body.started_at), type: "block" as const, body })),
    ...events.map((body) => ({ at: Date.parse(body.occurred_at), type: "event" as const, body })),
  ];
  // The sort is stable, and blocks were put first.
  return entries
    .sort((a, b) => a.at - b.at)
    .map(({ at, type, body }) => ({ type, local_time: local(at), ...body }) as Entry<"block", B> | Entry<"event", E>);
}
