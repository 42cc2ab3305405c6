import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { rotation } from "../../http/schema.ts";
import { rotateTeamKey } from "../../integrations/store.ts";
import { badRequest } from "../../lib/failure.ts";
import { newTeamKey } from "../../lib/id.ts";
import { formatInstant } from "../../lib/instant.ts";
import { presenceOf } from "../../presence/stub.ts";
import { clearDetails } from "../../teams/details_store.ts";
import { MAX_CLASSES } from "../../teams/status_classes.ts";
import { changeTeam } from "../../teams/store.ts";
import { teamBody } from "./team_body.ts";
import { teamChange } from "./team_schema.ts";

/** The settings of a team, and its key. */
export const teamRoutes = new Hono<AppContext>()
  .get("/team", guard("team"), (c) => c.json(teamBody(c.get("actor"))))
  .patch("/team", guard("team"), jsonBody(teamChange), async (c) => {
    const actor = c.get("actor");
    const { time_zone: timeZone, work_days: workDays, status_classes: statusClasses, ...rest } = c.req.valid("json");
    const { stores_details: storesDetails, retention_days: retentionDays, ...said } = rest;
    const changed = await changeTeam(c.get("db"), actor, {
      ...{ ...said, timeZone, workDays, statusClasses, storesDetails, retentionDays },
    });
    if (!changed) {
      throw badRequest([{ path: "status_classes", message: `must not be more than ${MAX_CLASSES} in all` }]);
    }
    if (storesDetails !== undefined) {
      // From here on nothing writes details into D1; the object learns of it now, and what there is goes last.
      await presenceOf(c.env, actor.teamId, (team) => team.wake(changed.directoryVersion));
      if (!storesDetails) await clearDetails(c.get("db"), actor);
    }
    return c.json(teamBody({ ...actor, ...changed }));
  })
  .post("/team/rotate", guard("team"), jsonBody(rotation), async (c) => {
    const { keep_old_for_minutes: minutes } = c.req.valid("json");
    const [key, now] = [newTeamKey(), Date.now()];
    const keepUntil = now + minutes * 60_000;
    await rotateTeamKey(c.get("db"), c.get("actor"), { key, keepUntil }, now);
    const body = { key, old_key_expires_at: minutes > 0 ? formatInstant(keepUntil) : null };
    // Nothing on the way may keep an answer that carries a key.
    return c.json(body, 200, { "Cache-Control": "no-store" });
  });
