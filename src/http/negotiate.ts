import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import Negotiator from "negotiator";
import { toCsv } from "../lib/csv.ts";
import type { AppContext } from "./context.ts";
import { ApiError } from "./errors.ts";
import { metadataOf, tagged } from "./metadata.ts";

const JSON_TYPE = "application/json";
const CSV_TYPE = "text/csv";
const HTML_TYPE = "text/html";
const MAX_ACCEPT_LENGTH = 2_048;

/**
 * Returns the one of `types` that the caller prefers, without its parameters; undefined where it accepts none. All are
 * UTF-8, which some callers ask for by name.
 */
export function preferredType(c: Context, types: readonly string[]): string | undefined {
  const accept = c.req.header("Accept") ?? "*/*";
  // The parser takes quadratic time; a header longer than any client's is read as none (RFC 9110 section 12.5.1 allows it).
  if (accept === "*/*" || accept.length > MAX_ACCEPT_LENGTH) return types[0];
  const offered = types.flatMap((type) => [type, `${type};charset=utf-8`]);
  return new Negotiator({ headers: { accept } }).mediaType(offered)?.split(";", 1)[0];
}

/** Marks a route as answering in these media types, the preferred one first. */
export const offer = (...types: string[]) =>
  tagged(
    createMiddleware<AppContext>(async function offers(_c, next) {
      await next();
    }),
    { types },
  );

/** Marks a route as answering in CSV too. */
export const offerCsv = offer(JSON_TYPE, CSV_TYPE);

/** Marks a route as answering browsers in HTML. */
export const offerHtml = offer(JSON_TYPE, HTML_TYPE);

/** Refuses with 406, before anything is done, a request that accepts none of the media types of its route. */
export const negotiate = createMiddleware<AppContext>(async function negotiateType(c, next) {
  const { types = [JSON_TYPE] } = metadataOf(matchedRoutes(c).map(({ handler }) => handler));
  if (!preferredType(c, types)) throw new ApiError("not_acceptable");
  await next();
});

/** Whether the caller prefers CSV to JSON. */
export const prefersCsv = (c: Context<AppContext>): boolean => preferredType(c, [JSON_TYPE, CSV_TYPE]) === CSV_TYPE;

/** Whether the caller prefers HTML to JSON, as browsers do. */
export const prefersHtml = (c: Context<AppContext>): boolean => preferredType(c, [JSON_TYPE, HTML_TYPE]) === HTML_TYPE;

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
