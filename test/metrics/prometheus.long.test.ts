import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { INTEGRATION, TEAM } from "../demo/account.ts";
import { freePort, type Running, start } from "../dev/process.ts";
import { type Server, startServer } from "../journeys/server.ts";

type Programs = { prometheus: string; promtool: string };

let directory: string;
let server: Server;
let programs: Programs | null;
const started: Running[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "rollcall-prometheus-"));
  programs = await findPrograms();
  if (programs) server = await startServer({ seed: true });
});
afterAll(async () => {
  for (const { kill, gone } of started) {
    kill("SIGTERM");
    await gone;
  }
  await server?.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** Finds Prometheus on the machine, or unpacks Debian's package; null where neither is possible. */
async function findPrograms(): Promise<Programs | null> {
  if (spawnSync("promtool", ["--version"]).status === 0) return { prometheus: "prometheus", promtool: "promtool" };
  try {
    execFileSync("apt-get", ["download", "prometheus"], { cwd: directory, stdio: "ignore", timeout: 60_000 });
    const [archive] = (await readdir(directory)).filter((name) => name.endsWith(".deb"));
    execFileSync("dpkg", ["-x", archive!, "unpacked"], { cwd: directory, stdio: "ignore" });
  } catch {
    return null;
  }
  const program = (name: string) => join(directory, "unpacked/usr/bin", name);
  return { prometheus: program("prometheus"), promtool: program("promtool") };
}

const BASIC = `Basic ${btoa(`${TEAM.id}:${TEAM.key}`)}`;

/** Runs Prometheus with this part of a scrape configuration, and returns what it has once it scraped. */
async function scrapedBy(name: string, configuration: string): Promise<{ health: string; samples: string[] }> {
  const config = join(directory, `${name}.yml`);
  const { host } = new URL(server.url);
  await writeFile(
    config,
    `global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: rollcall\n    static_configs: [{ targets: ["${host}"] }]\n${configuration}`,
  );
  const port = await freePort();
  const storage = `--storage.tsdb.path=${join(directory, name)}`;
  const args = [`--config.file=${config}`, storage, `--web.listen-address=localhost:${port}`];
  const running = start(programs!.prometheus, args, directory);
  started.push(running);
  await running.shows("Server is ready to receive web requests");
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://localhost:${port}/api/v1/${path}`);
    return ((await response.json()) as { data: T }).data;
  };
  const target = async () => {
    const { activeTargets } = await ask<{ activeTargets: { health: string; lastError: string }[] }>("targets");
    return activeTargets[0] ?? { health: "unknown", lastError: "" };
  };
  await expect.poll(async () => (await target()).health, { timeout: 60_000 }).not.toBe("unknown");
  const { health, lastError } = await target();
  const query = `query?query=${encodeURIComponent('{__name__=~"rollcall_.+"}')}`;
  const { result } = await ask<{ result: { metric: { __name__: string } }[] }>(query);
  return { health: lastError || health, samples: result.map(({ metric }) => metric.__name__) };
}

/** Skips the test, with a message, where Prometheus cannot be had. */
function requirePrograms(skip: (note: string) => void): void {
  if (!programs) skip("Prometheus is not installed, and its Debian package cannot be downloaded");
}

describe("Prometheus", () => {
  test("The tool promtool check metrics has nothing to say about the metrics", async ({ skip }) => {
    requirePrograms(skip);
    const response = await fetch(`${server.url}/metrics`, { headers: { Authorization: BASIC } });
    expect(response.headers.get("Content-Type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const input = await response.text();
    const { status, stdout, stderr } = spawnSync(programs!.promtool, ["check", "metrics"], { input, encoding: "utf8" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  test.for([
    ["Basic", `    basic_auth: { username: "${TEAM.id}", password: "${TEAM.key}" }\n`],
    ["Bearer", `    authorization: { type: Bearer, credentials: "${TEAM.key}" }\n`],
  ])("Prometheus scrapes with %s and nothing else configured", async ([name, configuration], { skip }) => {
    requirePrograms(skip);
    const { health, samples } = await scrapedBy(name!, configuration!);
    expect(health).toBe("up");
    expect(samples).toEqual(expect.arrayContaining(["rollcall_people_present", "rollcall_heartbeats_total"]));
  });

  test("Prometheus shows a target with another key as down", async ({ skip }) => {
    requirePrograms(skip);
    const { health, samples } = await scrapedBy("other", `    authorization: { credentials: "${INTEGRATION.key}" }\n`);
    expect(health).toContain("401");
    expect(samples).toEqual([]);
  });
});
