import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCurl } from "../docs/shell.ts";

const ROOT = resolve(import.meta.dirname, "../..");

let data: string;
const started: (() => unknown)[] = [];
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rollcall-dev-"));
});
afterAll(async () => {
  for (const kill of started) kill();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

/** Runs `npm run dev` as a shell does: in a process group of its own, which is what Ctrl-C reaches. */
function dev(...args: string[]) {
  const child = spawn("npm", ["run", "dev", "--", ...args], { cwd: ROOT, detached: true });
  let printed = "";
  const seen = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      seen.dispatchEvent(new Event("text"));
    });
  }
  let ended = false;
  const gone = once(child, "close").then(([code]) => {
    ended = true;
    seen.dispatchEvent(new Event("text"));
    return { code, printed };
  });
  const interrupt = () => process.kill(-child.pid!, "SIGINT");
  started.push(() => ended || interrupt());
  const shows = async (text: string) => {
    while (!printed.includes(text)) {
      if (ended) throw new Error(`ended without "${text}":\n${printed}`);
      await once(seen, "text");
    }
    return printed;
  };
  return { shows, gone, interrupt };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

test("npm run dev serves, tells how to begin, and leaves nothing behind after Ctrl-C", async () => {
  const port = await freePort();
  const where = ["--port", `${port}`, "--persist-to", data];
  const first = dev(...where);
  const welcome = await first.shows("fire it with:");
  expect(welcome).toContain(`Rollcall is on http://localhost:${port}`);
  for (const credential of ["tc_U9aXo8zTqJ7bY2wV3sDc", "b9f52ce4-21d8-4a0d-8134-cda9d78da8fa"]) {
    expect(welcome).toContain(credential);
  }
  expect(welcome).toContain("demo-team-key-for-local-use-only-123456789a");

  // Both commands that it prints, as they are.
  const [send, ask] = welcome.match(/^ {2}curl http.*(?:\n {4}.*)*/gm)!;
  expect((await runCurl(send!)).status).toBe(200);
  expect(JSON.parse((await runCurl(ask!)).body).data).toContainEqual(expect.objectContaining({ name: "John Doe" }));

  const second = await dev(...where).gone;
  expect(second.code).toBe(1);
  expect(second.printed).toContain(`Port ${port} is in use. Try another: npm run dev -- --port ${port + 1}`);

  first.interrupt();
  await first.gone;
  await expect(fetch(`http://localhost:${port}`)).rejects.toThrow();
});

test.each([
  ["--remote", "The demo is local only"],
  ["--port=many", "--port takes a number from 1 to 65535"],
])("npm run dev refuses %s", async (argument, reason) => {
  const { code, printed } = await dev(argument).gone;
  expect({ code, printed }).toEqual({ code: 1, printed: expect.stringContaining(reason) });
});
