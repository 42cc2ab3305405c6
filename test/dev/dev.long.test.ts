import { existsSync, globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCurl } from "../docs/shell.ts";
import { freePort, type Running, start } from "./process.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let data: string;
const started: Running[] = [];
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rollcall-dev-"));
});
afterAll(async () => {
  for (const { kill } of started) kill("SIGINT");
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs `npm run dev` as a shell does. */
function dev(...args: string[]) {
  const running = start("npm", ["run", "dev", "--", ...args], ROOT);
  started.push(running);
  return running;
}

/** Whether a process exists, or with a negative id its group. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("After npm run dev is killed during its first migrations, its next start serves, prints how to begin, and ends all processes on Ctrl-C", async () => {
  const port = await freePort();
  const where = ["--port", `${port}`, "--persist-to", data];
  const killed = dev(...where);
  // The file is made just before the first migration.
  while (globSync(join(data, "v3/d1/*/*.sqlite")).length === 0) await setTimeout(5);
  killed.kill("SIGKILL");
  await killed.gone;
  expect(existsSync(join(data, "v3/d1/rollcall-migrated"))).toBe(false);

  // This script passes the same options to wrangler.
  const first = dev(...where, "--inspector-port", "0", "--local");
  await first.shows("fire it with:");
  const welcome = await first.shows("scheduled?cron=*/5+*+*+*+*");
  expect(welcome).toContain(`Rollcall is on http://localhost:${port}`);
  for (const credential of ["tc_U9aXo8zTqJ7bY2wV3sDc", "b9f52ce4-21d8-4a0d-8134-cda9d78da8fa"]) {
    expect(welcome).toContain(credential);
  }
  expect(welcome).toContain("demo-team-key-for-local-use-only-123456789a");
  expect(welcome, "no line for the first request of the script").not.toMatch(/GET .*\d{3}/);
  expect(welcome, "no hint at a URL that fails").not.toContain("Scheduled Workers");
  await setTimeout(500);
  expect(await first.shows(""), "the welcome is the last output").toMatch(/fire it with:\n\n {2}curl [^\n]*\n\n$/);

  // Both printed commands run unchanged.
  const [send, ask] = welcome.match(/^ {2}curl http.*(?:\n {4}.*)*/gm)!;
  expect((await runCurl(send!)).status).toBe(200);
  expect(JSON.parse((await runCurl(ask!)).body).data).toContainEqual(expect.objectContaining({ name: "John Doe" }));
  const manual = await fetch(`http://localhost:${port}/docs`);
  expect([manual.status, manual.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);

  const second = await dev(...where).gone;
  expect(second.code).toBe(1);
  expect(second.printed).toContain(`Port ${port} is in use. Try another: npm run dev -- --port ${port + 1}`);

  first.kill("SIGINT");
  await first.gone;
  await expect(fetch(`http://localhost:${port}`)).rejects.toThrow();
});

test("Wrangler's process group ends with the process that started it, even if that is killed", async () => {
  const preload = join(ROOT, "test/journeys/end_with_parent.ts");
  const leader = `require("node:child_process").spawn("sleep", ["60"]); console.log(process.pid); setInterval(() => {}, 1000)`;
  const parent = `require("node:child_process").spawn(process.execPath, ["--import", ${JSON.stringify(preload)}, "-e", ${JSON.stringify(leader)}],
    { detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"] })`;
  const running = start("node", ["-e", parent], ROOT);
  const pid = Number(await running.shows("\n"));
  running.kill("SIGKILL");
  await expect.poll(() => isAlive(-pid), { timeout: 20_000 }).toBe(false);
});

test.each([
  ["--remote", "The demo is local only"],
  ["--port=many", "--port takes a number from 1 to 65535"],
])("The command npm run dev refuses %s", async (argument, reason) => {
  const { code, printed } = await dev(argument).gone;
  expect({ code, printed }).toEqual({ code: 1, printed: expect.stringContaining(reason) });
});
