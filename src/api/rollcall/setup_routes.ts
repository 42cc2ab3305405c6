import { Hono } from "hono";
import { createAccount, removeAccount } from "../../accounts/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, systemContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { accountBody } from "./setup_body.ts";
import { requireSetupToken } from "./setup_guard.ts";
import { setup } from "./setup_schema.ts";

/** Routes of the operator of a deployment: to create an account with its first keys, and to remove one. */
export const setupRoutes = new Hono<AppContext>()
  // For every method: without the token, even a 405 would tell that the route exists.
  .use("/setup", requireSetupToken)
  .post("/setup", jsonBody(setup), async function create(c) {
    const { account_name: accountName, team, owner, integration } = c.req.valid("json");
    const created = await createAccount(systemContext(c), {
      accountName,
      team: { name: team.name, slug: team.slug, timeZone: team.time_zone },
      owner: { name: owner.name, email: owner.email, timeZone: owner.time_zone },
      integration: { name: integration.name, presenceTimeoutMinutes: integration.presence_timeout_minutes },
    });
    return c.json(accountBody(created), 201, NO_STORE);
  })
  .use("/setup/accounts/:id", requireSetupToken)
  .delete("/setup/accounts/:id", async function remove(c) {
    const id = c.req.param("id");
    const left = await removeAccount(systemContext(c), id);
    return left === null ? c.body(null, 204) : c.json({ id, left }, 202);
  });
