import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { inspectRoutes } from "hono/dev";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { differences } from "./differences.ts";
import { blocks, examples } from "./page.ts";
import { runCurl } from "./shell.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(resolve(ROOT, path), "utf8");
const README = read("README.md");
const EXAMPLES = examples(README);
const SETUP_TOKEN = "a-secret-of-the-readme-test-00000000";

let server: Server;
/** The page speaks of the default port, and of a deployment that is anybody's. */
const here = (command: string) =>
  command
    .replaceAll(/http:\/\/localhost:8787|https:\/\/rollcall\.example\.workers\.dev/g, server.url)
    .replaceAll("ws://localhost:8787", server.url.replace("http", "ws"));
const run = (command: string) => runCurl(here(command), { SETUP_TOKEN });

beforeAll(async () => {
  server = await startServer({ seed: true, args: ["--var", `SETUP_TOKEN:${SETUP_TOKEN}`] });
});
afterAll(() => server?.stop());

describe("the examples", () => {
  test("are all there", () => expect(EXAMPLES.length).toBeGreaterThan(15));

  test("the first one, sent some minutes before, begins what later ones show", async () => {
    const minutesAgo = new Date(Date.now() - 5 * 60_000).toISOString();
    const { status } = await run(EXAMPLES[0]!.command.replace("'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", minutesAgo));
    expect(status).toBe(200);
  });

  test.each(EXAMPLES)("$title", async ({ command, status, answer }) => {
    const got = await run(command);
    expect(got, got.body).toMatchObject({ status });
    if (answer?.language === "json") expect(differences(JSON.parse(answer.text), JSON.parse(got.body))).toEqual([]);
    if (answer?.language === "csv") expect(got.body.split("\r\n")[0]).toBe(answer.text.trim());
    if (answer?.language === "openmetrics") {
      const described = answer.text.split("\n").filter((line) => line.startsWith("#"));
      expect(got.body.split("\n")).toEqual(expect.arrayContaining(described));
    }
    if (!answer) expect(got.body).toBe("");
  });

  test("the live one prints a snapshot, then what changes", async () => {
    const [live] = blocks(README).filter(({ language, marks }) => language === "sh" && marks[0] === "live");
    const child = spawn("bash", ["-c", here(live!.text)], {
      ...{ cwd: ROOT, detached: true, stdio: ["ignore", "pipe", "inherit"] },
    });
    try {
      const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
      const next = async () => JSON.parse((await lines.next()).value ?? "null");
      expect(await next()).toMatchObject({ type: "snapshot", data: expect.arrayContaining([jane("meeting")]) });
      await run(EXAMPLES[0]!.command.replace('"meeting"', '"lunch"'));
      expect(await next()).toMatchObject({ type: "change", data: [jane("lunch")] });
    } finally {
      process.kill(-child.pid!, "SIGTERM");
    }
  });

  const jane = (status: string) => expect.objectContaining({ person_id: "usr_f4c917", status });
});

describe("what the page names is there", () => {
  const named = (pattern: RegExp) => [...new Set([...README.matchAll(pattern)].map((match) => match[1]!))];

  test("files and folders", () => {
    const paths = named(/(?<![\w/.-])((?:\.github|\.ci|migrations|src|test)(?:\/[\w.-]+)*|[\w-]+\.toml)(?![\w<])/g);
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  test("scripts", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const names = named(/npm run (\w+)/g);
    expect(names).toEqual(expect.arrayContaining(["dev", "check", "deploy"]));
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("routes", () => {
    const routes = inspectRoutes(app).map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, "{}")}`);
    const shown = named(/((?:GET|POST|PUT|PATCH|DELETE) \/api\/v1\/[\w/{}-]+)/g).map((r) =>
      r.replaceAll(/{\w+}/g, "{}"),
    );
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((route) => !routes.includes(route))).toEqual([]);
  });

  test("the test command, which is what .ci/run calls, but for how it reports", () => {
    const commands = blocks(README).flatMap(({ language, text }) => (language === "sh" ? text.split("\n") : []));
    expect(commands).toContain("npm test");
    const called = read(".ci/run").match(/^[^#\n]*\bnpm (?:run )?test\b[^|&;\n]*/gm);
    expect(called?.map((line) => line.trim())).toEqual([expect.stringMatching(/^npm test -- --reporter=/)]);
  });
});

describe("a page is compared with an answer", () => {
  const shown = { at: "2026-11-20T22:54:39Z", id: "usr_4f8a2c", list: [{ n: 2 }] };

  test("that may say more, at another time", () => {
    const actual = {
      at: "2027-01-01T00:00:00.123Z",
      id: "usr_4f8a2c",
      list: [{ n: 1 }, { n: 2, more: true }],
      extra: 1,
    };
    expect(differences(shown, actual)).toEqual([]);
  });

  test.each([
    [{ ...shown, at: "now" }, "answer.at"],
    [{ ...shown, id: "usr_000000" }, "answer.id"],
    [{ ...shown, list: [{ n: 3 }] }, "answer.list[0].n"],
    [{ ...shown, list: [] }, "answer.list[0]"],
    [{ at: shown.at, id: shown.id }, "answer.list"],
    [null, "answer"],
  ])("but not %j", (actual, path) => {
    expect(differences(shown, actual)).toEqual([expect.stringContaining(`${path}: `)]);
  });
});
