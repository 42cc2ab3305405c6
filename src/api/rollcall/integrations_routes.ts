import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { query } from "../../http/query.ts";
import { pageByTime, rotation } from "../../http/schema.ts";
import { createIntegration, getIntegration, listIntegrations } from "../../integrations/service.ts";
import { changeIntegration, removeIntegration, rotateIntegrationKey } from "../../presence/keys_service.ts";
import { integrationBody, rotatedKeyBody } from "./integration_body.ts";
import { integrationChange, newIntegration } from "./integrations_schema.ts";

/** Routes of a team's integrations. A key is shown in the answer that creates it, and never again. */
export const integrationsRoutes = new Hono<AppContext>()
  .get("/integrations", guard("team"), query(pageByTime), async function list(c) {
    const { rows, nextCursor } = await listIntegrations(serviceContext(c), c.req.valid("query"));
    return c.json({ data: rows.map(integrationBody), next_cursor: nextCursor });
  })
  .post("/integrations", guard("team"), jsonBody(newIntegration), async function create(c) {
    const { name, active, presence_timeout_minutes: presenceTimeoutMinutes } = c.req.valid("json");
    const { key, ...integration } = await createIntegration(serviceContext(c), {
      name,
      active,
      presenceTimeoutMinutes,
    });
    const headers = { ...NO_STORE, Location: `/api/v1/integrations/${integration.id}` };
    return c.json({ ...integrationBody(integration), key }, 201, headers);
  })
  .get("/integrations/:id", guard("team"), async function show(c) {
    return c.json(integrationBody(await getIntegration(serviceContext(c), c.req.param("id"))));
  })
  .patch("/integrations/:id", guard("team"), jsonBody(integrationChange), async function change(c) {
    const { name, active, presence_timeout_minutes: presenceTimeoutMinutes } = c.req.valid("json");
    const settings = { name, active, presenceTimeoutMinutes };
    return c.json(integrationBody(await changeIntegration(serviceContext(c), c.req.param("id"), settings)));
  })
  .delete("/integrations/:id", guard("team"), async function remove(c) {
    await removeIntegration(serviceContext(c), c.req.param("id"));
    return c.body(null, 204);
  })
  .post("/integrations/:id/rotate", guard("team"), jsonBody(rotation), async function rotateKey(c) {
    const { keep_old_for_minutes: minutes } = c.req.valid("json");
    const rotated = await rotateIntegrationKey(serviceContext(c), c.req.param("id"), minutes);
    return c.json({ ...integrationBody(rotated), ...rotatedKeyBody(rotated) }, 200, NO_STORE);
  });
