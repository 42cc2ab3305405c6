import { createMiddleware } from "hono/factory";
import { directoryDatabase } from "../../db/client.ts";
import { bearer } from "../../http/bearer.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { tagged } from "../../http/metadata.ts";

/** Lets in a caller with the secret `SETUP_TOKEN` as a bearer token, else 401. Without the secret, its routes are 404. */
export const requireSetupToken = tagged(
  createMiddleware<AppContext>(async function requireSetupToken(c, next) {
    const expected = c.env.SETUP_TOKEN;
    if (!expected) throw new ApiError("not_found");
    const token = bearer(c);
    if (!token || !(await isEqual(token, expected))) throw new ApiError("invalid_setup_token");
    c.set("db", directoryDatabase(c.env));
    await next();
  }),
  { accepts: "setup" },
);

/** Compares digests, which have one length, in constant time. */
async function isEqual(a: string, b: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}
