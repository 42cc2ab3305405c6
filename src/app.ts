import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { blocksRoutes } from "./api/rollcall/blocks_routes.ts";
import { eventsRoutes } from "./api/rollcall/events_routes.ts";
import { healthRoutes } from "./api/rollcall/health_routes.ts";
import { integrationsRoutes } from "./api/rollcall/integrations_routes.ts";
import { metricsRoutes } from "./api/rollcall/metrics_routes.ts";
import { peopleRoutes } from "./api/rollcall/people_routes.ts";
import { presenceRoutes } from "./api/rollcall/presence_routes.ts";
import { privacyRoutes } from "./api/rollcall/privacy_routes.ts";
import { setupRoutes } from "./api/rollcall/setup_routes.ts";
import { teamRoutes } from "./api/rollcall/team_routes.ts";
import { teamsRoutes } from "./api/rollcall/teams_routes.ts";
import { timelineRoutes } from "./api/rollcall/timeline_routes.ts";
import { toolNamedRoutes } from "./api/rollcall/tool_named_routes.ts";
import { eventBatchRoutes } from "./api/stats_aware/events_routes.ts";
import { presenceUpdateRoutes } from "./api/stats_aware/presence_routes.ts";
import { subscriptionsRoutes } from "./api/stats_notifier/subscriptions_routes.ts";
import { checkinsRoutes } from "./api/status_hero/routes.ts";
import { homeRoutes } from "./dashboard/home_routes.ts";
import type { AppContext } from "./http/context.ts";
import { crossOrigin } from "./http/cross_origin.ts";
import { onError } from "./http/errors.ts";
import { notFound } from "./http/methods.ts";
import { negotiate } from "./http/negotiate.ts";
import { routedPath } from "./http/path.ts";

/** Builds an app that serves these routes under /api/v1, and `root` beside them. */
export function appOf(apis: Hono<AppContext>[], root: Hono<AppContext>[] = []): Hono<AppContext> {
  const app = new Hono<AppContext>({ getPath: routedPath });
  app.use(requestId(), secureHeaders());
  app.use("/api/*", crossOrigin);
  app.use("*", negotiate);
  for (const routes of apis) app.route("/api/v1", routes);
  for (const routes of root) app.route("/", routes);
  app.onError(onError);
  app.notFound(notFound(app));
  return app;
}

export const app = appOf(
  [
    setupRoutes,
    teamsRoutes,
    teamRoutes,
    integrationsRoutes,
    peopleRoutes,
    presenceUpdateRoutes,
    presenceRoutes,
    blocksRoutes,
    eventBatchRoutes,
    eventsRoutes,
    timelineRoutes,
    toolNamedRoutes,
    teamRoutes,
    checkinsRoutes,
    subscriptionsRoutes,
    privacyRoutes,
  ],
  [metricsRoutes, healthRoutes, homeRoutes],
);
