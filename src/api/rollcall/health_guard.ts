import { createMiddleware } from "hono/factory";
import { directoryDatabase } from "../../db/client.ts";
import type { AppContext } from "../../http/context.ts";

/** Opens the database for a route without a key, which returns no team's data. */
export const openDatabase = createMiddleware<AppContext>(async function openDatabase(c, next) {
  c.set("db", directoryDatabase(c.env));
  await next();
});
