import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import Negotiator from "negotiator";
import { toCsv } from "../lib/csv.ts";
import type { AppContext } from "./context.ts";
import { ApiError } from "./errors.ts";

const JSON_TYPE = "application/json";
const CSV_TYPE = "text/csv";

/** The one of `types` that the caller likes best. All of them are UTF-8, which some callers ask for by name. */
function preferred(c: Context, types: string[]): string | undefined {
  // What most tools send, if anything.
  if ((c.req.header("Accept") ?? "*/*") === "*/*") return types[0];
  const offered = types.flatMap((type) => [type, `${type};charset=utf-8`]);
  return new Negotiator({ headers: { accept: c.req.header("Accept") } }).mediaType(offered)?.split(";", 1)[0];
}

/** What a route answers in, where that is not JSON alone. */
type Offer = MiddlewareHandler<AppContext> & { types: string[] };

/** Marks a route as answering in these media types, the likeliest first. */
export const offer = (...types: string[]): Offer =>
  Object.assign(
    createMiddleware<AppContext>(async function offers(_c, next) {
      await next();
    }),
    { types },
  );

const isOffer = (handler: unknown): handler is Offer => typeof handler === "function" && "types" in handler;

/** Marks a route as answering `Accept: text/csv` too. */
export const offerCsv = offer(JSON_TYPE, CSV_TYPE);

/** Refuses with 406, before anything is done, a request whose `Accept` leaves no type that its route answers in. */
export const negotiate = createMiddleware<AppContext>(async function negotiateType(c, next) {
  const offered = matchedRoutes(c).map(({ handler }) => handler as unknown);
  if (!preferred(c, offered.find(isOffer)?.types ?? [JSON_TYPE])) throw new ApiError("not_acceptable");
  await next();
});

/** Whether the caller likes CSV better than JSON. */
export const prefersCsv = (c: Context<AppContext>): boolean => preferred(c, [JSON_TYPE, CSV_TYPE]) === CSV_TYPE;

type Page = { data: Record<string, unknown>[]; next_cursor: string | null };

/** Answers a page as JSON, or as CSV with the next page in a `Link` header (RFC 8288) where the caller prefers that. */
export function answerPage(c: Context<AppContext>, page: Page, columns: readonly string[]): Response {
  c.header("Vary", "Accept");
  if (!prefersCsv(c)) return c.json(page);
  if (page.next_cursor) {
    const next = new URL(c.req.url);
    next.searchParams.set("cursor", page.next_cursor);
    c.header("Link", `<${next}>; rel="next"`);
  }
  return c.body(toCsv(columns, page.data), 200, { "Content-Type": "text/csv; charset=utf-8" });
}
