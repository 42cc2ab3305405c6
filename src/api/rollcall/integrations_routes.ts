import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { pageByTime, rotation } from "../../http/schema.ts";
import {
  changeIntegration,
  createIntegration,
  findIntegration,
  type Integration,
  listIntegrations,
  removeIntegration,
  rotateKey,
} from "../../integrations/store.ts";
import { cutPage } from "../../lib/cursor.ts";
import { newId, newIntegrationKey } from "../../lib/id.ts";
import { formatInstant } from "../../lib/instant.ts";
import { integrationChange, newIntegration } from "./integrations_schema.ts";

/** A team's integrations and their keys. A key is in the answer that makes it, and never again. */
export const integrationsRoutes = new Hono<AppContext>()
  .get("/integrations", guard("team"), query(pageByTime), async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const found = await listIntegrations(c.get("db"), c.get("actor").teamId, {
      limit: limit + 1,
      ...(cursor && { cursor }),
    });
    const { rows, nextCursor } = cutPage(found, limit, (row) => ({ at: row.createdAt, id: row.id }));
    return c.json({ data: rows.map(shown), next_cursor: nextCursor });
  })
  .post("/integrations", guard("team"), jsonBody(newIntegration), async (c) => {
    const { name, active, presence_timeout_minutes: presenceTimeoutMinutes } = c.req.valid("json");
    const [id, key] = [newId(), newIntegrationKey()];
    const integration = { id, key, name, active, presenceTimeoutMinutes };
    const row = await createIntegration(c.get("db"), c.get("actor").teamId, integration, Date.now());
    return c.json({ ...shown(row), key }, 201, { ...NO_STORE, Location: `/api/v1/integrations/${id}` });
  })
  .get("/integrations/:id", guard("team"), async (c) =>
    c.json(shown(present(await findIntegration(c.get("db"), c.get("actor").teamId, c.req.param("id"))))),
  )
  .patch("/integrations/:id", guard("team"), jsonBody(integrationChange), async (c) => {
    const { name, active, presence_timeout_minutes: presenceTimeoutMinutes } = c.req.valid("json");
    const change = { name, active, presenceTimeoutMinutes };
    return c.json(
      shown(present(await changeIntegration(c.get("db"), c.get("actor").teamId, c.req.param("id"), change))),
    );
  })
  .delete("/integrations/:id", guard("team"), async (c) => {
    const removed = await removeIntegration(c.get("db"), c.get("actor").teamId, c.req.param("id"), Date.now());
    if (!removed) throw new ApiError("not_found");
    return c.body(null, 204);
  })
  .post("/integrations/:id/rotate", guard("team"), jsonBody(rotation), async (c) => {
    const { keep_old_for_minutes: minutes } = c.req.valid("json");
    const [key, now] = [newIntegrationKey(), Date.now()];
    const keepUntil = now + minutes * 60_000;
    const row = present(
      await rotateKey(c.get("db"), c.get("actor").teamId, c.req.param("id"), { key, keepUntil }, now),
    );
    const body = { ...shown(row), key, old_key_expires_at: minutes > 0 ? formatInstant(keepUntil) : null };
    return c.json(body, 200, NO_STORE);
  });

/** For answers that carry a key: nothing on the way may keep it. */
const NO_STORE = { "Cache-Control": "no-store" };

function present(row: Integration | undefined): Integration {
  if (row) return row;
  throw new ApiError("not_found");
}

const shown = (row: Integration) => ({
  id: row.id,
  name: row.name,
  active: row.active,
  presence_timeout_minutes: row.presenceTimeoutMinutes,
  key_prefix: row.keyPrefix,
  last_used_at: row.lastUsedAt === null ? null : formatInstant(row.lastUsedAt),
  created_at: formatInstant(row.createdAt),
});
