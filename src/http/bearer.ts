import type { Context } from "hono";

/** What follows `Authorization: Bearer`, the scheme in any case (RFC 9110 section 11.1); undefined without one. */
export const bearer = (c: Context): string | undefined =>
  c.req.header("Authorization")?.match(/^Bearer +(\S+) *$/i)?.[1];
