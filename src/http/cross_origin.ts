import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import type { AppContext } from "./context.ts";
import { ApiError } from "./errors.ts";

const allowAnyOrigin = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: ["Authorization", "Content-Type", "X-API-KEY", "X-TEAM-ID"],
  exposeHeaders: ["Link", "Location", "Retry-After", "RateLimit-Policy", "X-Request-Id"],
  maxAge: 86_400,
});

/**
 * Lets pages of any origin read the API with a key. What a browser sends by itself, a cookie or HTTP Basic, is refused
 * from another site (Fetch Metadata, `Sec-Fetch-Site`). An OPTIONS request that is no preflight is routed as any other.
 */
export const crossOrigin = createMiddleware<AppContext>(async function crossOriginRequest(c, next) {
  const hasAmbientCredentials =
    c.req.header("Cookie") !== undefined || /^basic /i.test(c.req.header("Authorization") ?? "");
  if (hasAmbientCredentials && c.req.header("Sec-Fetch-Site") === "cross-site") throw new ApiError("not_allowed");
  if (c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") === undefined) return next();
  return allowAnyOrigin(c, next);
});
