import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { rotation } from "../../http/schema.ts";
import { camelCaseKeys } from "../../lib/key_case.ts";
import { rotateTeamKey } from "../../presence/keys_service.ts";
import { changeTeam, getTeam } from "../../teams/service.ts";
import { rotatedKeyBody } from "./integration_body.ts";
import { teamBody } from "./team_body.ts";
import { teamChange } from "./team_schema.ts";

/** Routes of a team's settings, and of its key. */
export const teamRoutes = new Hono<AppContext>()
  .get("/team", guard("team"), function show(c) {
    return c.json(teamBody(getTeam(serviceContext(c))));
  })
  .patch("/team", guard("team"), jsonBody(teamChange), async function change(c) {
    return c.json(teamBody(await changeTeam(serviceContext(c), camelCaseKeys(c.req.valid("json")))));
  })
  .post("/team/rotate", guard("team"), jsonBody(rotation), async function rotateKey(c) {
    const { keep_old_for_minutes: minutes } = c.req.valid("json");
    return c.json(rotatedKeyBody(await rotateTeamKey(serviceContext(c), minutes)), 200, NO_STORE);
  });
