import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { listToolNamed, removeToolNamed } from "../../privacy/tool_named_service.ts";
import { toolNamedBody } from "./tool_named_body.ts";
import { toolNamedPage, toolNamedQuery } from "./tool_named_schema.ts";

/** Routes to list and to remove the people whom only one tool has named. */
export const toolNamedRoutes = new Hono<AppContext>()
  .get("/tool_named_people", guard("team"), query(toolNamedPage), async function list(c) {
    const { limit, cursor, ...wanted } = c.req.valid("query");
    const { total, rows, nextCursor } = await listToolNamed(serviceContext(c), filterOf(wanted), { limit, cursor });
    return c.json({ total, data: rows.map(toolNamedBody), next_cursor: nextCursor });
  })
  .delete("/tool_named_people", guard("team"), query(toolNamedQuery), async function remove(c) {
    const { removed, left } = await removeToolNamed(serviceContext(c), filterOf(c.req.valid("query")));
    return c.json({ removed, left }, left === 0 ? 200 : 202);
  });

/** Which people a request names. Times are UTC milliseconds. */
type Wanted = { integration: string; created_from: number; created_to: number };

const filterOf = ({ integration, created_from: start, created_to: end }: Wanted) => ({
  integrationId: integration,
  window: { start, end },
});
