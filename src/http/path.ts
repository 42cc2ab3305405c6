import { getPath } from "hono/utils/url";

const PATH = "/api/v1/stats-notifications";

/**
 * The path under which a request is looked for among the routes: Stats Notifier's document prints its own path twice over,
 * and clients that follow it to the letter mean the same. Not a second set of routes: beside `/:id/...` Hono's fast router
 * knows no such paths, and its other one would run their handlers twice.
 */
export function routedPath(request: Request): string {
  const path = getPath(request);
  return path.startsWith(`${PATH}${PATH}`) ? path.slice(PATH.length) : path;
}
