import { app } from "../../src/app.ts";
import { metadataOf, type RouteMetadata } from "../../src/http/metadata.ts";

/** Collects what the middlewares of a route, given as "METHOD /path", say that it accepts. */
export function routeMetadata(route: string): RouteMetadata {
  const [method, path] = route.split(" ") as [string, string];
  const [matched] = app.router.match(method, path);
  return metadataOf(matched.map(([[handler]]) => handler));
}
