import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { offer, preferredType } from "../../http/negotiate.ts";
import { OPENMETRICS, PROMETHEUS_TEXT } from "../../metrics/exposition.ts";
import { measureTeam } from "../../metrics/service.ts";

const TEXT_TYPE = "text/plain";
const OPENMETRICS_TYPE = "application/openmetrics-text";

/** The media types that scrapers ask for: some name the version or the escaping. The first is for those that name none. */
const SCRAPED_TYPES = [
  ...[TEXT_TYPE, `${TEXT_TYPE};version=0.0.4`],
  ...[OPENMETRICS_TYPE, `${OPENMETRICS_TYPE};version=1.0.0`].flatMap((type) => [type, `${type};escaping=values`]),
];

/** The route that an operator's monitoring scrapes for each team, in the text format of Prometheus or in OpenMetrics. */
export const metricsRoutes = new Hono<AppContext>().get(
  "/metrics",
  guard("team"),
  offer(...SCRAPED_TYPES),
  async function scrape(c) {
    const context = serviceContext(c);
    const format = preferredType(c, SCRAPED_TYPES) === OPENMETRICS_TYPE ? OPENMETRICS : PROMETHEUS_TEXT;
    const text = format.write(await measureTeam(context), { team: context.actor.team.slug });
    return c.body(text, 200, { "Content-Type": format.mediaType, Vary: "Accept" });
  },
);
