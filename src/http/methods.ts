import type { Context, Hono } from "hono";
import type { AppContext } from "./context.ts";
import { ApiError } from "./errors.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Answers what no route took: 405 with `Allow` where the path exists under another method, else 404. */
export function notFound(app: Hono<AppContext>) {
  const takes = (method: string, path: string) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
  return function onNotFound(c: Context<AppContext>): Response {
    const allowed = METHODS.filter((method) => takes(method, c.req.path));
    if (allowed.length === 0) throw new ApiError("not_found");
    throw new ApiError("method_not_allowed", { headers: { Allow: allowed.join(", ") } });
  };
}
