import { type Context, Hono } from "hono";
import { changeTeam, createTeam, listTeams } from "../../accounts/teams_service.ts";
import type { AdministratorContext } from "../../auth/actor.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, systemContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { query } from "../../http/query.ts";
import { accountTeamBody } from "./account_team_body.ts";
import { requireSetupToken } from "./setup_guard.ts";
import { accountTeamChange, newTeam, teamsQuery } from "./teams_schema.ts";

/** Routes of the teams of an account, for its administrators. A team key is shown in the answer that creates it. */
export const teamsRoutes = new Hono<AppContext>()
  // For every method: without the token, even a 405 would tell that the route exists.
  .use("/teams", requireSetupToken)
  .get("/teams", query(teamsQuery), async function list(c) {
    const { account_id: accountId, ...page } = c.req.valid("query");
    const { rows, nextCursor } = await listTeams(operatorContext(c, accountId), page);
    return c.json({ data: rows.map(accountTeamBody), next_cursor: nextCursor });
  })
  .post("/teams", jsonBody(newTeam), async function create(c) {
    const { account_id: accountId, name, slug, time_zone: timeZone } = c.req.valid("json");
    const { key, ...team } = await createTeam(operatorContext(c, accountId), { name, slug, timeZone });
    return c.json({ ...accountTeamBody(team), key }, 201, NO_STORE);
  })
  .use("/teams/:id", requireSetupToken)
  .patch("/teams/:id", jsonBody(accountTeamChange), async function change(c) {
    const { account_id: accountId, ...change } = c.req.valid("json");
    return c.json(accountTeamBody(await changeTeam(operatorContext(c, accountId), c.req.param("id"), change)));
  });

const operatorContext = (c: Context<AppContext>, accountId: string): AdministratorContext => ({
  ...systemContext(c),
  administrator: { kind: "operator", accountId },
});
