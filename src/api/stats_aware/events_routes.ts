import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { ingestEvents } from "../../events/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { isWithinItem, readItems, sentText } from "../../http/items.ts";
import { describeIssues } from "../../lib/failure.ts";
import { formatInstant } from "../../lib/instant.ts";
import { event, eventBatch } from "./events_schema.ts";

/** The route to which integrations send activity events (StatsAware, "Events API"). */
export const eventBatchRoutes = new Hono<AppContext>().post(
  "/events",
  guard("integration"),
  jsonBody(eventBatch, isWithinItem("events")),
  async function ingest(c) {
    const items = readItems(event, c.req.valid("json").events, c.get("tolerated"));
    const valid = items.flatMap((item) => ("value" in item ? [item] : []));
    const invalid = items.flatMap((item) => ("issues" in item ? [failure(item, describeIssues(item.issues))] : []));
    const context = serviceContext(c);
    const { created, updated, skipped, rejected } = await ingestEvents(
      context,
      valid.map(({ value: { personIdentifier: identifier, timestamp: occurredAt, ...rest } }) => ({
        ...{ ...rest, identifier, occurredAt },
      })),
    );
    const refused = rejected.map(({ index, reason }) => failure(valid[index]!, reason));
    const failures = [...invalid, ...refused].sort((a, b) => a.index - b.index);
    return c.json({
      success: true,
      timestamp: formatInstant(context.now),
      processed: { total: items.length, created, updated, skipped, errors: failures.length },
      ...(failures.length > 0 && { failures }),
    });
  },
);

/** Names an event by its position in the body, and by its `externalId` as it was sent; null where that is not a string. */
const failure = ({ index, sent }: { index: number; sent: unknown }, message: string) => ({
  index,
  externalId: sentText(sent, "externalId"),
  message,
});
