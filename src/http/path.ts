import { getPath } from "hono/utils/url";

const SUBSCRIPTIONS = "/api/v1/stats-notifications";

/**
 * Returns the path by which a request is routed. Under /api, a trailing slash and `.json` mean the same resource. Stats
 * Notifier's document prints its path twice over, and both forms mean the same. This is a rewrite and not a second set of
 * routes: Hono's fast router refuses such paths beside `/:id/...`, and its other router would run their handlers twice.
 */
export function routedPath(request: Request): string {
  const path = getPath(request);
  if (!path.startsWith("/api/")) return path;
  const resource = path.replace(/\/$/, "").replace(/\.json$/, "");
  return resource.startsWith(`${SUBSCRIPTIONS}${SUBSCRIPTIONS}`) ? resource.slice(SUBSCRIPTIONS.length) : resource;
}
