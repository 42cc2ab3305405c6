import type { Context } from "hono";

/** Returns the token of `Authorization: Bearer` (RFC 6750 section 2.1), with the scheme in any case; undefined without one. */
export const bearer = (c: Context): string | undefined =>
  c.req.header("Authorization")?.match(/^Bearer +(\S+) *$/i)?.[1];

/** Returns user name and password of `Authorization: Basic` (RFC 7617 section 2); undefined without a valid one. */
export function basic(c: Context): { user: string; password: string } | undefined {
  const encoded = c.req.header("Authorization")?.match(/^Basic +([A-Za-z0-9+/]+=*) *$/i)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const [, user, password] = /^([^:]*):(.*)$/.exec(atob(encoded)) ?? [];
    return user === undefined || password === undefined ? undefined : { user, password };
  } catch {
    return undefined;
  }
}
