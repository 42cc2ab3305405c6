import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { database } from "./db/client.ts";
import { limitBody } from "./http/body.ts";
import type { AppContext } from "./http/context.ts";
import { onError } from "./http/errors.ts";
import { notFound } from "./http/methods.ts";
import { negotiate } from "./http/negotiate.ts";

export const app = new Hono<AppContext>();

app.use(requestId(), secureHeaders());
app.use(async function openDatabase(c, next) {
  c.set("db", database(c.env.DB));
  await next();
});
app.use("/api/*", negotiate, limitBody);

app.onError(onError);
app.notFound(notFound(app));
