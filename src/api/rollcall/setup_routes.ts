import { Hono } from "hono";
import { type Beginning, beginAccount } from "../../accounts/store.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { newId, newIntegrationKey, newPersonId, newTeamKey } from "../../lib/id.ts";
import { requireSetupToken } from "./setup_guard.ts";
import { setup } from "./setup_schema.ts";

/** The first steps of a deployment: an account with its team, owner, integration and keys, which are shown this once. */
export const setupRoutes = new Hono<AppContext>()
  // Before every method: without a token, even a 405 would tell that there is something here.
  .use("/setup", requireSetupToken)
  .post("/setup", jsonBody(setup), async (c) => {
    const body = c.req.valid("json");
    const beginning: Beginning = {
      account: { id: newId(), name: body.account_name ?? body.team.name },
      team: {
        id: newId(),
        key: newTeamKey(),
        name: body.team.name,
        slug: body.team.slug,
        timeZone: body.team.time_zone,
      },
      owner: { id: newPersonId(), name: body.owner.name, email: body.owner.email, timeZone: body.owner.time_zone },
      integration: {
        id: newId(),
        key: newIntegrationKey(),
        name: body.integration.name,
        presenceTimeoutMinutes: body.integration.presence_timeout_minutes,
      },
    };
    const slug = await beginAccount(c.get("db"), beginning, Date.now());
    if (slug === null) throw new ApiError("conflict", { text: "team.slug: another team has it" });
    return c.json(shown(beginning, slug), 201, { "Cache-Control": "no-store" });
  });

const shown = ({ account, team, owner, integration }: Beginning, slug: string) => ({
  account,
  team: { id: team.id, name: team.name, slug, time_zone: team.timeZone, key: team.key },
  owner: { person_id: owner.id, name: owner.name, email: owner.email },
  integration: {
    id: integration.id,
    name: integration.name,
    presence_timeout_minutes: integration.presenceTimeoutMinutes,
    key: integration.key,
  },
});
