import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { checkinsRoutes } from "./checkins/routes.ts";
import { database } from "./db/client.ts";
import { eventsRoutes } from "./events/routes.ts";
import { limitBody } from "./http/body.ts";
import type { AppContext } from "./http/context.ts";
import { onError } from "./http/errors.ts";
import { notFound } from "./http/methods.ts";
import { negotiate } from "./http/negotiate.ts";
import { routedPath } from "./http/path.ts";
import { integrationsRoutes } from "./integrations/routes.ts";
import { metricsRoutes } from "./metrics/routes.ts";
import { notificationsRoutes } from "./notifications/routes.ts";
import { peopleRoutes } from "./people/routes.ts";
import { blockRoutes } from "./presence/block_routes.ts";
import { presenceRoutes } from "./presence/routes.ts";
import { privacyRoutes } from "./privacy/routes.ts";
import { setupRoutes } from "./setup/routes.ts";
import { timelineRoutes } from "./timeline/routes.ts";

/** An app that answers the routes of these slices under /api/v1, and everything else as the contracts say. */
export function appOf(slices: Hono<AppContext>[]): Hono<AppContext> {
  const app = new Hono<AppContext>({ getPath: routedPath });
  app.use(requestId(), secureHeaders());
  app.use(async function openDatabase(c, next) {
    c.set("db", database(c.env.DB));
    await next();
  });
  app.use("*", negotiate);
  app.use("/api/*", limitBody);
  for (const routes of slices) app.route("/api/v1", routes);
  app.route("/", metricsRoutes);
  app.onError(onError);
  app.notFound(notFound(app));
  return app;
}

export const app = appOf([
  setupRoutes,
  integrationsRoutes,
  peopleRoutes,
  presenceRoutes,
  blockRoutes,
  eventsRoutes,
  timelineRoutes,
  checkinsRoutes,
  notificationsRoutes,
  privacyRoutes,
]);
