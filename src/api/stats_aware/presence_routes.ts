import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { readBody, readJson } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { tagged } from "../../http/metadata.ts";
import { recordHeartbeat } from "../../presence/service.ts";
import { acceptedBody } from "./presence_body.ts";
import { PresenceCache } from "./presence_cache.ts";
import { presenceUpdate } from "./presence_schema.ts";
import { type ParsedUpdate, toHeartbeat } from "./presence_update.ts";

/** Parsed bodies of this isolate. */
const cache = new PresenceCache();

const parse = (body: string): ParsedUpdate => toHeartbeat(readJson(presenceUpdate, body).value);

/** Receives heartbeats. No `jsonBody`: most bodies are in the cache and need no parsing. */
export const presenceUpdateRoutes = new Hono<AppContext>().post(
  "/presence",
  guard("integration"),
  tagged(
    async function report(c: Context<AppContext>) {
      const body = await readBody(c.req.raw);
      const context = serviceContext(c);
      const update = cache.read(context.actor.integration!.id, body, parse);
      const outcome = await recordHeartbeat(context, update);
      return c.json(acceptedBody(update, outcome, context.now));
    },
    { json: presenceUpdate },
  ),
);
