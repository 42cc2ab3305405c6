/** Lines with the events of the Events API (`POST /api/v1/events`). */
import type * as z from "zod";
import { event } from "../../../src/api/stats_aware/events_schema.ts";
import { splitBatch } from "../../../src/events/batch.ts";
import { addToEventsAccepted, prepareEvents, upsertEvents } from "../../../src/events/store.ts";
import { inlined, literal, pagesOf } from "../sql.ts";
import type { LineFormat } from "./format.ts";
import { linkPeople } from "./people.ts";

type EventLine = z.infer<typeof event>;

/** Events. An event with an `externalId` that the team has is changed, as it is by the Events API. */
export const eventLines: LineFormat<EventLine> = {
  schema: event,
  batchSize: 5_000,
  needsIntegration: false,
  async prepare(lines, to, now) {
    const events = lines.map(({ value: { personIdentifier: identifier, timestamp: occurredAt, ...rest } }) => ({
      ...rest,
      identifier,
      occurredAt,
    }));
    const { accepted, rejected } = splitBatch(events, now, to);
    const { identities, rows } = await prepareEvents(to, accepted);
    const statements = pagesOf(rows).flatMap((page) => [
      upsertEvents(to, to.integrationId, JSON.stringify(page), now),
      addToEventsAccepted(to),
    ]);
    return {
      statements: [...linkPeople(to, identities, now), ...statements.map(inlined)],
      problems: rejected.map(({ index, reason }) => ({
        number: lines[index]!.number,
        reason: `timestamp: ${reason}`,
      })),
    };
  },
  findRefused: async () => [],
  count: ({ teamId }) => `SELECT events_accepted AS count FROM teams WHERE id = ${literal(teamId)}`,
  counted: "new or changed events",
};
