import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { basic, bearer } from "../../src/http/credentials.ts";

/** Reads the credentials of a request with this `Authorization` header; null is what JSON makes of undefined. */
async function credentialsOf(authorization?: string): Promise<unknown> {
  const app = new Hono().get("/", (c) => c.json({ bearer: bearer(c) ?? null, basic: basic(c) ?? null }));
  return (await app.request("/", authorization === undefined ? {} : { headers: { authorization } })).json();
}

describe("the Authorization header", () => {
  test.each([
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["BEARER   abc  ", "abc"],
  ])("%j has the token %j", async (header, token) => {
    expect(await credentialsOf(header)).toEqual({ bearer: token, basic: null });
  });

  test.each([
    ["a user and a password", "team:key", { user: "team", password: "key" }],
    ["a password with a colon", "team:key:more", { user: "team", password: "key:more" }],
    ["an empty user and an empty password", ":", { user: "", password: "" }],
  ])("Basic with %s is read", async (_, text, expected) => {
    expect(await credentialsOf(`Basic ${btoa(text)}`)).toEqual({ bearer: null, basic: expected });
    expect(await credentialsOf(`basic ${btoa(text)}`)).toEqual({ bearer: null, basic: expected });
  });

  test.each([
    ["no header", undefined],
    ["another scheme", "Digest abc"],
    ["Bearer without a token", "Bearer"],
    ["Basic without a colon", `Basic ${btoa("team")}`],
    ["Basic in base64 of an impossible length", "Basic a"],
    ["Basic with characters outside base64", "Basic ****"],
  ])("%s holds no credentials", async (_, header) => {
    expect(await credentialsOf(header)).toEqual({ bearer: null, basic: null });
  });
});
