import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { files } from "../arch/repository.ts";
import { freePort, type Running, start } from "./process.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const UNKNOWN_KEY = { headers: { Authorization: "Bearer tc_aaaaaaaaaaaaaaaaaaaa" } };
const BROWSER = { headers: { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" } };

let clone: string;
const started: Running[] = [];
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), "rollcall-clone-"));
  for (const path of files()) cpSync(join(ROOT, path), join(clone, path));
  symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
});
afterAll(async () => {
  for (const { kill } of started) kill("SIGKILL");
  await Promise.all(started.map(({ gone }) => gone));
  rmSync(clone, { recursive: true, maxRetries: 5 });
});

/** Runs `npx wrangler dev` in the clone, and nothing before it; fulfilled when it is ready. */
async function wranglerDev(...args: string[]) {
  const port = await freePort();
  const where = ["--port", `${port}`, "--inspector-port", "0"];
  const environment = { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", CI: "1" };
  const server = start("npx", ["wrangler", "dev", ...where, ...args], clone, environment);
  started.push(server);
  await server.shows("Ready on");
  return { url: `http://localhost:${port}`, server };
}

test("In a fresh clone, npx wrangler dev has a database with tables, and serves the home page and the manual", async () => {
  const { url, server } = await wranglerDev();
  expect((await fetch(`${url}/api/v1/people`, UNKNOWN_KEY)).status).toBe(401);

  const home = await (await fetch(url, BROWSER)).text();
  expect(home).toContain('<a class="button primary" href="/docs">');
  for (const [, address] of home.matchAll(/(?:href|src)="([^"]*)"/g)) {
    expect((await fetch(url + address, BROWSER)).status, address).toBe(200);
  }

  const manual = await fetch(`${url}/docs`, BROWSER);
  expect(manual.headers.get("Content-Security-Policy")).toMatch(/^default-src 'none'; style-src 'self';/);
  expect(manual.headers.get("X-Content-Type-Options")).toBe("nosniff");
  const unchanged = { headers: { "If-None-Match": manual.headers.get("ETag")! } };
  expect((await fetch(`${url}/docs`, unchanged)).status).toBe(304);
  const [, stylesheet] = (await manual.text()).match(/rel="stylesheet" href="([^"]*)"/)!;
  const style = await fetch(url + stylesheet);
  expect(style.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  expect(style.headers.get("Content-Type")).toBe("text/css; charset=utf-8");
  server.kill("SIGTERM");
  await server.gone;
});

test("When the build does not know the data directory, the answer and the log name the command that creates the tables", async () => {
  const { url, server } = await wranglerDev("--persist-to", join(clone, "elsewhere"));
  const response = await fetch(`${url}/api/v1/people`, UNKNOWN_KEY);
  const { error } = (await response.json()) as { error: string };
  expect({ status: response.status, error }).toEqual({
    status: 503,
    error: expect.stringContaining("migrations apply"),
  });
  expect(await server.shows("npx wrangler d1 migrations apply DB --local")).not.toContain("has all migrations");
});
