import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type Read, sortOut } from "../../events/batch.ts";
import { listEvents, saveEvents } from "../../events/store.ts";
import { jsonBody, zodIssues } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { pathText } from "../../http/errors.ts";
import { answerPage, offerCsv } from "../../http/negotiate.ts";
import { query } from "../../http/query.ts";
import { cutPage } from "../../lib/cursor.ts";
import { describeIssues, type Issue } from "../../lib/failure.ts";
import { formatInstant } from "../../lib/instant.ts";
import type { JsonProblem } from "../../lib/json.ts";
import { wantedPerson } from "../rollcall/person_guard.ts";
import { EVENT_COLUMNS, eventBody } from "../rollcall/event_body.ts";
import { event, eventBatch, eventQuery, isWithinOneEvent } from "./events_schema.ts";

/** Activity events in (StatsAware, "Events API") and out. */
export const eventsRoutes = new Hono<AppContext>()
  .post("/events", guard("integration"), jsonBody(eventBatch, isWithinOneEvent), async (c) => {
    const actor = c.get("actor");
    const sent = c.req.valid("json").events;
    const now = Date.now();
    const { events, failures } = sortOut(readEach(sent, c.get("tolerated")), now, actor);
    const { created, updated } = await saveEvents(c.get("db"), actor, actor.integration!.id, events, now);
    const errors = failures.length;
    return c.json({
      success: true,
      timestamp: formatInstant(now),
      processed: { total: sent.length, created, updated, skipped: sent.length - created - updated - errors, errors },
      ...(errors > 0 && { failures }),
    });
  })
  .get("/events", guard("either"), offerCsv, query(eventQuery), async (c) => {
    const { person: reference, external_id: externalId, limit, ...filter } = c.req.valid("query");
    const actor = c.get("actor");
    const person = await wantedPerson(c, reference);
    const found = await listEvents(c.get("db"), actor, { ...filter, externalId, personId: person?.id }, limit + 1);
    const { rows, nextCursor } = cutPage(found, limit, ({ occurredAt, id }) => ({ at: occurredAt, id }));
    return answerPage(c, { data: rows.map(eventBody), next_cursor: nextCursor }, EVENT_COLUMNS);
  });

/** Reads each event by itself; `spared` are the problems found in the JSON of some of them. */
function readEach(sent: unknown[], spared: JsonProblem[]): Read[] {
  const problems = Map.groupBy(spared, ({ path }) => path[1]);
  return sent.map((value, index) => {
    const externalId = sentExternalId(value);
    const broken = problems.get(index)?.map(({ path, message }) => ({ path: pathText(path.slice(2)), message }));
    if (broken) return { externalId, problem: inWords(broken) };
    const result = event.safeParse(value);
    return result.success
      ? { externalId, event: result.data }
      : { externalId, problem: inWords(zodIssues(result.error)) };
  });
}

function sentExternalId(value: unknown): string | null {
  const id = typeof value === "object" && value !== null && "externalId" in value ? value.externalId : null;
  return typeof id === "string" ? id : null;
}

/** An event has eight fields to be wrong about; more than that says nothing new. */
const inWords = (issues: Issue[]): string => describeIssues(issues.slice(0, 8));
