import { formatInstant } from "../../lib/instant.ts";
import { hours } from "../../presence/blocks/work.ts";
import type { Timeline } from "../../timeline/service.ts";
import type { TimelineEntry } from "../../timeline/timeline.ts";
import { blockBody } from "./block_body.ts";
import { eventBody } from "./event_body.ts";

/** The columns of a timeline as CSV: times first, then the fields of blocks and events. */
export const TIMELINE_COLUMNS = [
  ...["type", "local_time", "started_at", "ended_at", "last_seen_at", "occurred_at", "status", "working"],
  ...["kind", "title", "scope", "url", "source", "external_id", "identifier", "id", "details"],
] as const;

/** Shows one local day of a person. */
export const timelineBody = ({ person, date, timeZone, day, workedMs, entries, nextCursor }: Timeline) => ({
  person_id: person.id,
  name: person.name,
  date,
  time_zone: timeZone,
  started_at: formatInstant(day.start),
  ended_at: formatInstant(day.end),
  hours_worked: hours(workedMs),
  data: entries.map(entryBody),
  next_cursor: nextCursor,
});

const entryBody = (entry: TimelineEntry) => ({
  type: entry.type,
  local_time: entry.localTime,
  ...(entry.type === "block" ? blockBody(entry.block) : eventBody(entry.event)),
});
