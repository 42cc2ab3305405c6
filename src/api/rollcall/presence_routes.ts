import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { listPresence, openLiveSocket } from "../../presence/service.ts";
import { presenceBody } from "./presence_body.ts";
import { presenceQuery } from "./presence_schema.ts";

/** Shows who is present: as a list, and live over a WebSocket. */
export const presenceRoutes = new Hono<AppContext>()
  .get("/presence", guard("either"), query(presenceQuery), async function list(c) {
    const context = serviceContext(c);
    const { rows, nextCursor } = await listPresence(context, c.req.valid("query"));
    return c.json({ data: rows.map((person) => presenceBody(person, context.now)), next_cursor: nextCursor });
  })
  .get("/presence/live", guard("either"), async function watch(c) {
    // Hono also routes HEAD here, and a handshake must be a GET (RFC 6455 section 4.1).
    if (c.req.method !== "GET" || c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
      throw new ApiError("upgrade_required", { headers: { Upgrade: "websocket", Connection: "Upgrade" } });
    }
    return new Response(null, { status: 101, webSocket: await openLiveSocket(serviceContext(c)) });
  });
