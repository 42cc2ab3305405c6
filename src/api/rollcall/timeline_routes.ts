import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { answerPage, offerCsv } from "../../http/negotiate.ts";
import { query } from "../../http/query.ts";
import { getTimeline } from "../../timeline/service.ts";
import { TIMELINE_COLUMNS, timelineBody } from "./timeline_body.ts";
import { timelineQuery } from "./timeline_schema.ts";

/** The route that reads one local day of a person: their blocks and events. */
export const timelineRoutes = new Hono<AppContext>().get(
  "/people/:id/timeline",
  guard("either"),
  offerCsv,
  query(timelineQuery),
  async function show(c) {
    const timeline = await getTimeline(serviceContext(c), c.req.param("id"), c.req.valid("query"));
    return answerPage(c, timelineBody(timeline), TIMELINE_COLUMNS);
  },
);
