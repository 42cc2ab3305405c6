import { Hono } from "hono";
import type { AppContext } from "../http/context.ts";
import { absencesRoutes } from "./absences/routes.ts";
import { activitiesRoutes } from "./activities/routes.ts";
import { commentsRoutes } from "./comments/routes.ts";
import { membersRoutes } from "./members/routes.ts";
import { reactionsRoutes } from "./reactions/routes.ts";
import { reportsRoutes } from "./reports/routes.ts";
import { statusesRoutes } from "./statuses/routes.ts";
import { tagsRoutes } from "./tags/routes.ts";
import { teamRoutes } from "./team/routes.ts";

/** Daily check-ins and what hangs on them, as Status Hero's API has them. */
export const checkinsRoutes = new Hono<AppContext>()
  .route("/", reportsRoutes)
  .route("/", absencesRoutes)
  .route("/", membersRoutes)
  .route("/", teamRoutes)
  .route("/", activitiesRoutes)
  .route("/", statusesRoutes)
  .route("/", tagsRoutes)
  .route("/", commentsRoutes)
  .route("/", reactionsRoutes);
