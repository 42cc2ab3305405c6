import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { getActivity, recordActivity } from "../../checkins/activities/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { newActivity } from "./activities_schema.ts";
import { activityBody } from "./activity_body.ts";
import { teamSite } from "./link.ts";

/** Routes of status activities (Status Hero): events. Its document spells the path of one activity in two ways. */
export const activitiesRoutes = new Hono<AppContext>()
  .get("/status_activities/:id", guard("team"), show)
  .get("/statuses_activities/:id", guard("team"), show)
  .post("/status_activities", guard("team"), jsonBody(newActivity), async function create(c) {
    const { source_url: sourceUrl, created_at: createdAt, ...activity } = c.req.valid("json");
    const recorded = await recordActivity(serviceContext(c), { ...activity, sourceUrl, createdAt });
    const body = activityBody(recorded, teamSite(c.req.url, c.get("actor").team));
    return c.json({ status_activity: body, url: body.url }, 201);
  });

async function show(c: Context<AppContext, "/status_activities/:id">) {
  const activity = await getActivity(serviceContext(c), c.req.param("id"));
  return c.json({ status_activity: activityBody(activity, teamSite(c.req.url, c.get("actor").team)) });
}
