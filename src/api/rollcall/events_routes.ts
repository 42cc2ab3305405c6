import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { listEvents } from "../../events/service.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { answerPage, offerCsv } from "../../http/negotiate.ts";
import { query } from "../../http/query.ts";
import { EVENT_COLUMNS, eventBody } from "./event_body.ts";
import { eventQuery } from "./events_schema.ts";

/** Routes that read activity events. Events are sent with StatsAware's `POST /events`. */
export const eventsRoutes = new Hono<AppContext>().get(
  "/events",
  guard("either"),
  offerCsv,
  query(eventQuery),
  async function list(c) {
    const { external_id: externalId, ...filter } = c.req.valid("query");
    const { rows, nextCursor } = await listEvents(serviceContext(c), { ...filter, externalId });
    return answerPage(c, { data: rows.map(eventBody), next_cursor: nextCursor }, EVENT_COLUMNS);
  },
);
