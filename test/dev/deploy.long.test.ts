import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { start } from "./process.ts";

const ROOT = resolve(import.meta.dirname, "../..");

const APPLY = "d1 migrations apply DB --remote";
const CREATE = "d1 create rollcall";
const DEPLOY = "deploy --minify";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "rollcall-deploy-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the script with a `wrangler` that records how it is called, and runs these lines of shell. */
async function deploy(wrangler: string, ...args: string[]) {
  const calls = join(directory, "calls");
  const stub = join(directory, "wrangler");
  writeFileSync(calls, "");
  writeFileSync(stub, `#!/bin/sh\necho "$*" >> "${calls}"\n${wrangler}\n`);
  chmodSync(stub, 0o755);
  const env = { PATH: `${directory}:${process.env.PATH}` };
  const { code, printed } = await start("node", [".build/deploy.ts", ...args], ROOT, env).gone;
  return { code, printed, calls: readFileSync(calls, "utf8").trim().split("\n") };
}

test("A deployment migrates the existing database, then deploys with the given arguments", async () => {
  const { code, calls } = await deploy("exit 0", "--keep-vars");
  expect({ code, calls }).toEqual({ code: 0, calls: [APPLY, `${DEPLOY} --keep-vars`] });
});

test("The first deployment on an account creates the database, then migrates it", async () => {
  const { code, calls } = await deploy(`
    case "$*" in
      "${CREATE}") touch "${directory}/made" ;;
      "${APPLY}") [ -e "${directory}/made" ] || { echo "ERROR Couldn't find a D1 DB named 'rollcall'" >&2; exit 1; } ;;
    esac`);
  expect({ code, calls }).toEqual({ code: 0, calls: [APPLY, CREATE, APPLY, DEPLOY] });
});

test("A migration that fails for another reason stops the deployment, and shows it", async () => {
  const { code, printed, calls } = await deploy("echo 'ERROR no such column' >&2; exit 3");
  expect({ code, calls }).toEqual({ code: 3, calls: [APPLY] });
  expect(printed).toContain("ERROR no such column");
});

test("A dry run calls only the bundler", async () => {
  expect((await deploy("exit 0", "--dry-run")).calls).toEqual([`${DEPLOY} --dry-run`]);
});

test("Wrangler reports a missing database in the words that the deployment expects", async () => {
  const asked: string[] = [];
  const api = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ success: false, errors: [{ code: 7404, message: "not found" }], result: null }));
  }).listen(0, "127.0.0.1");
  try {
    const port = await new Promise<number>((ready) => {
      api.once("listening", () => ready((api.address() as AddressInfo).port));
    });
    const env = {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      ...{ CLOUDFLARE_API_TOKEN: "token-of-a-test", CLOUDFLARE_ACCOUNT_ID: "account", WRANGLER_SEND_METRICS: "false" },
    };
    const { code, printed } = await start("npx", ["wrangler", ...APPLY.split(" ")], ROOT, env).gone;
    expect(code).toBe(1);
    expect(printed).toContain("Couldn't find a D1 DB");
    expect(asked).toEqual([expect.stringContaining("/d1/database/rollcall")]);
  } finally {
    api.close();
  }
});
