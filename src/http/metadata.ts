import type * as z from "zod";

/** The keys that a route accepts: an integration's, the team's, either, or the deployment's set-up token. */
export type Accepts = "integration" | "team" | "either" | "setup";

/** What a route's middleware accepts. The security matrix, 405 and 406 answers and the API document are derived from it. */
export type RouteMetadata = {
  accepts?: Accepts;
  json?: z.ZodType;
  query?: z.ZodObject;
  params?: z.ZodObject;
  /** The media types of its answers, the preferred one first; JSON alone where absent. */
  types?: readonly string[];
};

type Tagged = { metadata: RouteMetadata };

/** Tags a middleware with what it accepts. */
export const tagged = <M extends object>(middleware: M, metadata: RouteMetadata): M & Tagged =>
  Object.assign(middleware, { metadata });

const isTagged = (handler: unknown): handler is Tagged => typeof handler === "function" && "metadata" in handler;

/** Collects the metadata of a route from its middlewares. */
export const metadataOf = (handlers: readonly unknown[]): RouteMetadata =>
  Object.assign({}, ...handlers.filter(isTagged).map(({ metadata }) => metadata));
