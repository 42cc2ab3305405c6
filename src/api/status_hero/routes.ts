import { Hono } from "hono";
import type { AppContext } from "../../http/context.ts";
import { absencesRoutes } from "./absences_routes.ts";
import { activitiesRoutes } from "./activities_routes.ts";
import { commentsRoutes } from "./comments_routes.ts";
import { membersRoutes } from "./members_routes.ts";
import { reactionsRoutes } from "./reactions_routes.ts";
import { reportsRoutes } from "./reports_routes.ts";
import { statusesRoutes } from "./statuses_routes.ts";
import { tagsRoutes } from "./tags_routes.ts";

/** Routes of Status Hero's API: daily check-ins, and everything that belongs to them. */
export const checkinsRoutes = new Hono<AppContext>()
  .route("/", reportsRoutes)
  .route("/", absencesRoutes)
  .route("/", membersRoutes)
  .route("/", activitiesRoutes)
  .route("/", statusesRoutes)
  .route("/", tagsRoutes)
  .route("/", commentsRoutes)
  .route("/", reactionsRoutes);
