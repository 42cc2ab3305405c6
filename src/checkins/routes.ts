import { Hono } from "hono";
import type { AppContext } from "../http/context.ts";
import { reportsRoutes } from "./reports/routes.ts";
import { statusesRoutes } from "./statuses/routes.ts";
import { tagsRoutes } from "./tags/routes.ts";

/** Daily check-ins and what hangs on them, as Status Hero's API has them. */
export const checkinsRoutes = new Hono<AppContext>()
  .route("/", reportsRoutes)
  .route("/", statusesRoutes)
  .route("/", tagsRoutes);
