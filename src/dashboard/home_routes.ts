import { Hono } from "hono";
import type { AppContext } from "../http/context.ts";
import { offerHtml, prefersHtml } from "../http/negotiate.ts";
import { notFound } from "../lib/failure.ts";
import { HOME_PAGE } from "./home_page.ts";

/** The page loads nothing but the style sheet and the pictures of this deployment. */
const CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = { "Content-Security-Policy": CSP, "Cache-Control": "public, max-age=300", Vary: "Accept" };

/** `GET /` for browsers. A client that prefers JSON gets a 404, as for every path without a route. */
export const homeRoutes = new Hono<AppContext>().get("/", offerHtml, function home(c) {
  if (!prefersHtml(c)) throw notFound();
  return c.html(HOME_PAGE, 200, HEADERS);
});
