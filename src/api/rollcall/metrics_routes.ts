import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import type { AppContext } from "../../http/context.ts";
import { offer } from "../../http/negotiate.ts";
import { exposition, OPENMETRICS_TYPE } from "../../metrics/exposition.ts";
import { countTeam } from "../../metrics/store.ts";
import { teamMetrics } from "../../metrics/team_metrics.ts";
import { readObjectMetrics } from "../../presence/stub.ts";
import { refreshLag } from "../../statistics/stale_store.ts";

/** As scrapers ask for it: some name the version. */
const SCRAPED = ["application/openmetrics-text", "application/openmetrics-text;version=1.0.0"].flatMap((type) => [
  type,
  `${type};escaping=values`,
]);

/** What an operator's monitoring scrapes of a team, as OpenMetrics. */
export const metricsRoutes = new Hono<AppContext>().get("/metrics", guard("team"), offer(...SCRAPED), async (c) => {
  const [db, actor] = [c.get("db"), c.get("actor")];
  const [live, counts, lagMs] = await Promise.all([
    readObjectMetrics(c.env.TEAM_PRESENCE, actor),
    countTeam(db, actor),
    refreshLag(db, actor, Date.now()),
  ]);
  const metrics = teamMetrics({ ...live, ...counts, lagMs });
  return c.body(exposition(metrics, { team: actor.teamSlug }), 200, { "Content-Type": OPENMETRICS_TYPE });
});
