import { Hono } from "hono";
import { answerOf } from "../../http/answer.ts";
import { type AppContext, systemContext } from "../../http/context.ts";
import type { Health } from "../../metrics/health.ts";
import { checkHealth } from "../../metrics/health_service.ts";
import { healthBody } from "./health_body.ts";
import { openDatabase } from "./health_guard.ts";

/** How long an answer is used again: the route has no key, and must not make D1 and the objects work for strangers. */
const CACHE_SECONDS = 10;

/** The last check of this isolate. Only its result: one request cannot wait for the calls of another. */
let last: { at: number; health: Health } | null = null;

/** The route that an uptime monitor calls: 200 where the deployment works, 503 where it does not. */
export const healthRoutes = new Hono<AppContext>().get("/health", openDatabase, async function health(c) {
  const context = systemContext(c);
  if (last === null || Math.abs(context.now - last.at) >= CACHE_SECONDS * 1000) {
    last = { at: context.now, health: await checkHealth(context, answerOf) };
  }
  return c.json(healthBody(last.health), last.health.isOk ? 200 : 503, {
    "Cache-Control": `public, max-age=${CACHE_SECONDS}`,
  });
});
