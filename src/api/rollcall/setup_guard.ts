import { createMiddleware } from "hono/factory";
import { bearer } from "../../http/bearer.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";

/** Lets in who shows the secret `SETUP_TOKEN` as a bearer token, else 401. While it is unset, there is nothing here: 404. */
export const requireSetupToken = createMiddleware<AppContext>(async function requireSetupToken(c, next) {
  const expected = c.env.SETUP_TOKEN;
  if (!expected) throw new ApiError("not_found");
  const shown = bearer(c);
  if (!shown || !(await isSame(shown, expected))) throw new ApiError("invalid_setup_token");
  await next();
});

/** Compares in a time that tells nothing: digests are of one length, whatever was shown. */
async function isSame(a: string, b: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return crypto.subtle.timingSafeEqual(await digest(a), await digest(b));
}
