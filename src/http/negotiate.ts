import type { Context } from "hono";
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
  const offered = types.flatMap((type) => [type, `${type};charset=utf-8`]);
  return new Negotiator({ headers: { accept: c.req.header("Accept") } }).mediaType(offered)?.split(";", 1)[0];
}

/** Marks a route as answering `Accept: text/csv` too. */
export const offerCsv = createMiddleware<AppContext>(async function offersCsv(_c, next) {
  await next();
});

/** Refuses with 406, before anything is done, a request whose `Accept` leaves no type that its route answers in. */
export const negotiate = createMiddleware<AppContext>(async function negotiateType(c, next) {
  const csv = matchedRoutes(c).some((route) => route.handler === offerCsv);
  if (!preferred(c, csv ? [JSON_TYPE, CSV_TYPE] : [JSON_TYPE])) throw new ApiError("not_acceptable");
  await next();
});

type Page = { data: Record<string, unknown>[]; next_cursor: string | null };

/** Answers a page as JSON, or as CSV with the next page in a `Link` header (RFC 8288) where the caller prefers that. */
export function answerPage(c: Context<AppContext>, page: Page, columns: readonly string[]): Response {
  c.header("Vary", "Accept");
  if (preferred(c, [JSON_TYPE, CSV_TYPE]) !== CSV_TYPE) return c.json(page);
  if (page.next_cursor) {
    const next = new URL(c.req.url);
    next.searchParams.set("cursor", page.next_cursor);
    c.header("Link", `<${next}>; rel="next"`);
  }
  return c.body(toCsv(columns, page.data), 200, { "Content-Type": "text/csv; charset=utf-8" });
}
