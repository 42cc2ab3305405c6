import { type Context, Hono } from "hono";
import { changeTeam, createTeam, listTeams } from "../../accounts/teams_service.ts";
import type { AdministratorContext } from "../../auth/actor.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, systemContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { query } from "../../http/query.ts";
import { accountTeamBody } from "./account_team_body.ts";
import { requireSetupToken } from "./setup_guard.ts";
import { accountQuery, accountTeamChange, newTeam, teamsQuery } from "./teams_schema.ts";

/** Routes of the teams of an account, for its administrators. A team key is shown in the answer that creates it. */
export const teamsRoutes = new Hono<AppContext>()
  // For every method: without the token, even a 405 would tell that the route exists.
  .use("/teams", requireSetupToken)
  .get("/teams", query(teamsQuery), async function list(c) {
    const { account_id: accountId, ...page } = c.req.valid("query");
    const { rows, nextCursor } = await listTeams(operatorContext(c, accountId), page);
    return c.json({ data: rows.map(accountTeamBody), next_cursor: nextCursor });
  })
  .post("/teams", query(accountQuery), jsonBody(newTeam), async function create(c) {
    const { name, slug, time_zone: timeZone } = c.req.valid("json");
    const context = operatorContext(c, c.req.valid("query").account_id);
    const { key, ...team } = await createTeam(context, { name, slug, timeZone });
    return c.json({ ...accountTeamBody(team), key }, 201, NO_STORE);
  })
  .use("/teams/:id", requireSetupToken)
  .patch("/teams/:id", query(accountQuery), jsonBody(accountTeamChange), async function change(c) {
    const context = operatorContext(c, c.req.valid("query").account_id);
    return c.json(accountTeamBody(await changeTeam(context, c.req.param("id"), c.req.valid("json"))));
  });

const operatorContext = (c: Context<AppContext>, accountId: string): AdministratorContext => ({
  ...systemContext(c),
  administrator: { kind: "operator", accountId },
});
