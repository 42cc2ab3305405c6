import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import type { NewEvent } from "../../events/event.ts";
import { ingestEvents } from "../../events/service.ts";
import { jsonBody, zodIssues } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { pathText } from "../../http/errors.ts";
import { describeIssues, type Issue } from "../../lib/failure.ts";
import { formatInstant } from "../../lib/instant.ts";
import type { JsonProblem } from "../../lib/json.ts";
import { event, eventBatch, isWithinOneEvent } from "./events_schema.ts";

/** The route to which integrations send activity events (StatsAware, "Events API"). */
export const eventBatchRoutes = new Hono<AppContext>().post(
  "/events",
  guard("integration"),
  jsonBody(eventBatch, isWithinOneEvent),
  async function ingest(c) {
    const sent = c.req.valid("json").events;
    const { valid, invalid } = parseEvents(sent, c.get("tolerated"));
    const context = serviceContext(c);
    const { created, updated, skipped, rejected } = await ingestEvents(
      context,
      valid.map(({ event }) => event),
    );
    const refused = rejected.map(({ index, reason }) => failure(valid[index]!, `timestamp: ${reason}`));
    const failures = [...invalid, ...refused].sort((a, b) => a.index - b.index);
    return c.json({
      success: true,
      timestamp: formatInstant(context.now),
      processed: { total: sent.length, created, updated, skipped, errors: failures.length },
      ...(failures.length > 0 && { failures }),
    });
  },
);

/** An event of the body by its position, and by its `externalId` as it was sent; null where that is not a string. */
type SentEvent = { index: number; externalId: string | null };

const failure = ({ index, externalId }: SentEvent, message: string) => ({ index, externalId, message });

/** Parses each event separately. `problems` are the JSON problems found inside events. */
function parseEvents(sent: readonly unknown[], problems: readonly JsonProblem[]) {
  const problemsByIndex = Map.groupBy(problems, ({ path }) => path[1]);
  const valid: (SentEvent & { event: NewEvent })[] = [];
  const invalid: ReturnType<typeof failure>[] = [];
  for (const [index, value] of sent.entries()) {
    const position = { index, externalId: externalIdOf(value) };
    const parsed = parseEvent(value, problemsByIndex.get(index));
    if ("event" in parsed) valid.push({ ...position, event: parsed.event });
    else invalid.push(failure(position, describeIssues(parsed.issues.slice(0, MAX_ISSUES))));
  }
  return { valid, invalid };
}

/** Returns the event, or what is wrong with it. JSON with problems, such as deep nesting, is not validated any further. */
function parseEvent(value: unknown, problems: readonly JsonProblem[] = []): { event: NewEvent } | { issues: Issue[] } {
  if (problems.length > 0) return { issues: problems.map(issueOf) };
  const parsed = event.safeParse(value);
  if (!parsed.success) return { issues: zodIssues(parsed.error) };
  const { personIdentifier: identifier, timestamp: occurredAt, ...rest } = parsed.data;
  return { event: { ...rest, identifier, occurredAt } };
}

function externalIdOf(value: unknown): string | null {
  const id = typeof value === "object" && value !== null && "externalId" in value ? value.externalId : null;
  return typeof id === "string" ? id : null;
}

/** A problem has a path in the body, `events[3].title`; its issue has the path in the event, `title`. */
const issueOf = ({ path, message }: JsonProblem): Issue => ({ path: pathText(path.slice(2)), message });

/** An event has eight fields; more issues than that add nothing new. */
const MAX_ISSUES = 8;
