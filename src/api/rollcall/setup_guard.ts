import { createMiddleware } from "hono/factory";
import { directoryDatabase, isUnmigrated } from "../../db/client.ts";
import type { AppContext } from "../../http/context.ts";
import { bearer } from "../../http/credentials.ts";
import { ApiError, unmigrated } from "../../http/errors.ts";
import { tagged } from "../../http/metadata.ts";
import { limitGuesses } from "../../http/rate.ts";

/** Characters of the shortest `SETUP_TOKEN` accepted: it protects the whole deployment. */
const MIN_TOKEN_LENGTH = 32;

/**
 * Lets in a caller with the secret `SETUP_TOKEN` as a bearer token, else 401. Without the secret, its routes are 404; with
 * one that is too short, 503.
 */
export const requireSetupToken = tagged(
  createMiddleware<AppContext>(async function requireSetupToken(c, next) {
    const expected = c.env.SETUP_TOKEN;
    if (!expected) throw new ApiError("not_found");
    if (expected.length < MIN_TOKEN_LENGTH) {
      throw new ApiError("unavailable", { text: `SETUP_TOKEN must have at least ${MIN_TOKEN_LENGTH} characters` });
    }
    const token = bearer(c);
    if (!token || !(await isEqual(token, expected))) {
      await limitGuesses(c);
      throw new ApiError("invalid_setup_token");
    }
    c.set("db", directoryDatabase(c.env));
    await next();
    if (c.error && (await isUnmigrated(c.get("db"), c.error))) throw unmigrated();
  }),
  { accepts: "setup" },
);

/** Compares digests, which have one length, in constant time. */
async function isEqual(a: string, b: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}
