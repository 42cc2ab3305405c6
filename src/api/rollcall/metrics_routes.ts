import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { offer } from "../../http/negotiate.ts";
import { exposition, OPENMETRICS_TYPE } from "../../metrics/exposition.ts";
import { measureTeam } from "../../metrics/service.ts";

/** The media types that scrapers ask for: some name the version or the escaping. */
const SCRAPED_TYPES = ["application/openmetrics-text", "application/openmetrics-text;version=1.0.0"].flatMap((type) => [
  type,
  `${type};escaping=values`,
]);

/** The route that an operator's monitoring scrapes for each team, in the OpenMetrics format. */
export const metricsRoutes = new Hono<AppContext>().get(
  "/metrics",
  guard("team"),
  offer(...SCRAPED_TYPES),
  async function scrape(c) {
    const context = serviceContext(c);
    const text = exposition(await measureTeam(context), { team: context.actor.team.slug });
    return c.body(text, 200, { "Content-Type": OPENMETRICS_TYPE });
  },
);
