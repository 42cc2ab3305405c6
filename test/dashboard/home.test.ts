import { describe, expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import { call } from "../support/team.ts";

/** The Accept header of Chromium, Firefox and Safari for a page. */
const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

const open = (Accept: string, method = "GET") => call("/", { method, headers: { Accept } });

describe("the page at /", () => {
  test.each([BROWSER, "text/html", "application/json;q=0.9, text/html"])(
    "The page is shown to a client that prefers %s",
    async (accept) => {
      const response = await open(accept);
      expect(response.status).toBe(200);
      expect(response.headers.get("Content-Type")).toBe("text/html; charset=UTF-8");
      expect(await response.text()).toContain('href="/docs"');
    },
  );

  test("The page may be cached for five minutes for each Accept header, and loads nothing from other hosts", async () => {
    const response = await open(BROWSER);
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(response.headers.get("Vary")).toContain("Accept");
    const policy = response.headers.get("Content-Security-Policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|unsafe|\*/);
    const page = await response.text();
    expect(page).not.toMatch(/<script|<style|\bstyle=|\bon[a-z]+=|https?:/);
    expect([...page.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, address]) => address![0])).toEqual([
      "/",
      "/",
      "/",
      "/",
      "/",
    ]);
  });

  test.each(["application/json", "*/*", "application/json, text/html;q=0.5"])(
    "A client that prefers %s gets 404 in JSON",
    async (accept) => void (await expectError(await open(accept), 404, "not_found")),
  );

  test("The page answers HEAD without a body, and refuses other methods", async () => {
    const head = await open(BROWSER, "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
    await expectError(await open(BROWSER, "POST"), 405, "method_not_allowed");
  });
});
