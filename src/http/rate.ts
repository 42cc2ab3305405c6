import type { Context } from "hono";
import { sha256 } from "../lib/id.ts";
import type { AppContext } from "./context.ts";
import { ApiError } from "./errors.ts";

/** So many requests in a period of seconds. */
export type Quota = { limit: number; period: number };

/** Makes the 429 of a quota. The platform does not say when its period ends: after a whole period it has. */
export const tooManyRequests = (name: string, { limit, period }: Quota): ApiError =>
  new ApiError("too_many_requests", {
    headers: { "Retry-After": String(period), "RateLimit-Policy": `"${name}";q=${limit};w=${period}` },
  });

/** As wrangler.toml sets it for the binding `GUESS_LIMIT`. */
const GUESS_QUOTA = { limit: 60, period: 60 };

/**
 * Counts a wrong key or token against the caller's address, and answers 429 over the quota. The address is hashed, and
 * the hash is given to the platform's limiter alone: it is stored nowhere.
 */
export async function limitGuesses(c: Context<AppContext>): Promise<void> {
  const address = c.req.header("CF-Connecting-IP") ?? "unknown";
  const { success } = await c.env.GUESS_LIMIT.limit({ key: await sha256(address) });
  if (!success) throw tooManyRequests("guess", GUESS_QUOTA);
}
