import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { activityBody, asEvent } from "../../checkins/activities/activity.ts";
import { findActivity, isOnTeam } from "../../checkins/activities/store.ts";
import { ensureReport } from "../../checkins/reports/lifecycle_store.ts";
import { saveEvents } from "../../events/store.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { Failure } from "../../lib/failure.ts";
import { newId } from "../../lib/id.ts";
import { newActivity } from "./activities_schema.ts";

/** Status activities (Status Hero): events, as check-ins show them. The document spells the path in two ways. */
export const activitiesRoutes = new Hono<AppContext>()
  .get("/status_activities/:id", guard("team"), async (c) => c.json(await shown(c, { id: c.req.param("id") })))
  .get("/statuses_activities/:id", guard("team"), async (c) => c.json(await shown(c, { id: c.req.param("id") })))
  .post("/status_activities", guard("team"), jsonBody(newActivity), async (c) => {
    const [db, actor, now] = [c.get("db"), c.get("actor"), Date.now()];
    const told = c.req.valid("json");
    if (!(await isOnTeam(db, actor, told.email))) throw unknown("email", "is not the e-mail of a member of this team");
    const externalId = `activity-${newId()}`;
    await saveEvents(db, actor, null, [asEvent(told, externalId, now)], now);
    const answer = await shown(c, { externalId });
    return c.json({ ...answer, url: answer.status_activity.url }, 201);
  });

async function shown(c: Context<AppContext>, name: Parameters<typeof findActivity>[2]) {
  const [db, actor, { origin }] = [c.get("db"), c.get("actor"), new URL(c.req.url)];
  await ensureReport(db, actor, Date.now());
  const activity = await findActivity(db, actor, name);
  if (!activity) throw new ApiError("not_found");
  return { status_activity: activityBody(activity, { ...actor, origin }) };
}

/** Status Hero's clients look for what they named wrongly under `errors`. */
const unknown = (field: string, problem: string) =>
  new Failure("unprocessable", { text: `${field}: ${problem}`, errors: { [field]: [problem] } });
