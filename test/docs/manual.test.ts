/** Runs every example of the README and of the manual against one real server, and compares the answers. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Server, startServer } from "../journeys/server.ts";
import { differences } from "./differences.ts";
import { INDEX, MANUAL, manualPage, type Page, README, ROOT } from "./manual.ts";
import { blockMarked, blocks, examples } from "./page.ts";
import { runCurl, runShell } from "./shell.ts";
import { runCalendarScript, runGitHook, runGitHubStep, runSlackScript } from "./tools.ts";

const SETUP_TOKEN = "a-secret-of-the-manual-test-00000000";

/** Its examples remove the data that examples of other pages show, so they run last. */
const LAST = "src/docs/privacy.md";
const ordered: Page[] = [README, INDEX, ...MANUAL].sort((a, b) => Number(a.path === LAST) - Number(b.path === LAST));
const EXAMPLES = ordered.flatMap(({ path, text }) =>
  examples(text).map((example) => ({ ...example, title: `${path}: ${example.title}` })),
);

let server: Server;
let data: string;
/** What the shell of the next example knows. */
const variables: Record<string, string> = { SETUP_TOKEN };

/** Points a command to the server of this test instead of the default port or the deployment that the pages name. */
const here = (command: string) =>
  command
    .replaceAll(/http:\/\/localhost:8787|https:\/\/rollcall\.example\.workers\.dev/g, server.url)
    .replaceAll("ws://localhost:8787", server.url.replace("http", "ws"));
const run = (command: string) => runCurl(here(command), variables);

/** Sends the command of a page with these times in the place of "now", one request a time. */
async function runAt(command: string, ...times: number[]) {
  for (const time of times) {
    const at = new Date(time).toISOString();
    const got = await run(command.replace("'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", at));
    expect(got, got.body).toMatchObject({ status: 200 });
  }
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "rollcall-manual-"));
  server = await startServer({ seed: true, persistTo: data, args: ["--var", `SETUP_TOKEN:${SETUP_TOKEN}`] });
});
afterAll(async () => {
  await server?.stop();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
});

describe("the examples", () => {
  test("The pages contain more than 40 examples", () => expect(EXAMPLES.length).toBeGreaterThan(40));

  test("Every request that a page shows is an example", () => {
    const shown = ordered.flatMap(({ path, text }) =>
      blocks(text)
        .filter(({ language, marks }) => language === "sh" && !["example", "hook"].includes(marks[0] ?? ""))
        .filter((block) => /^ *curl /m.test(block.text))
        .map(({ heading }) => `${path}: ${heading}`),
    );
    expect(shown).toEqual([]);
  });

  test("The first example, sent five minutes earlier, makes the blocks that later examples show", async () => {
    await runAt(EXAMPLES[0]!.command, Date.now() - 5 * 60_000);
  });

  test.each(EXAMPLES)(
    "The example is answered as the page shows: $title",
    async ({ command, status, keeps, answer }) => {
      const got = await run(command);
      expect(got, got.body).toMatchObject({ status });
      if (answer?.language === "json") expect(differences(JSON.parse(answer.text), JSON.parse(got.body))).toEqual([]);
      if (answer?.language === "csv") expect(got.body.split("\r\n")[0]).toBe(answer.text.trim());
      if (answer?.language === "prometheus") {
        const described = answer.text.split("\n").filter((line) => line.startsWith("#"));
        expect(got.body.split("\n")).toEqual(expect.arrayContaining(described));
      }
      if (!answer) expect(got.body).toBe("");
      for (const [name, place] of keeps) {
        variables[name] = place.split(".").reduce((value, key) => value[key], JSON.parse(got.body));
      }
    },
  );

  test("The live example prints a snapshot, then each change", async () => {
    const live = blockMarked(manualPage("see-who-is-on"), "live");
    const child = spawn("bash", ["-c", here(live.text)], {
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

describe("how time counts", () => {
  const MEETING = /"status": "meeting"/;
  const meetings = async (person: string) => {
    const { body } = await run(
      `curl "http://localhost:8787/api/v1/blocks?person=${person}&status=meeting" -H "Authorization: Bearer tc_U9aXo8zTqJ7bY2wV3sDc"`,
    );
    return (JSON.parse(body).data as { started_at: string; ended_at: string }[]).map(
      ({ started_at, ended_at }) => Date.parse(ended_at) - Date.parse(started_at),
    );
  };

  /** Sends the two requests of the page about calendars an hour apart, about `person`. */
  async function report(person: string, key: string) {
    const commands = examples(manualPage("connect/calendar")).map(({ command }) => command);
    const [start, end] = ["meeting", "offline"].map(
      (status) => commands.find((command) => command.includes(`"status": "${status}"`))!,
    );
    expect(start).toMatch(MEETING);
    const about = (command: string) =>
      command.replaceAll("bruno.almeida@example.com", person).replaceAll("$CALENDAR_KEY", () => key);
    const now = Date.now();
    await runAt(about(start!), now - 3_600_000);
    await runAt(about(end!), now);
  }

  test("With a long timeout, a meeting reported only at its start and its end counts whole", async () => {
    await report("calendar-long", variables.CALENDAR_KEY!);
    expect(await meetings("calendar-long")).toEqual([3_600_000]);
  });

  test("With the default timeout, the same meeting counts as no time", async () => {
    await report("calendar-default", "tc_U9aXo8zTqJ7bY2wV3sDc");
    expect(await meetings("calendar-default")).toEqual([0]);
  });
});

describe("the tools that the manual connects", () => {
  const read = async (path: string) => {
    const { body } = await run(
      `curl "http://localhost:8787/api/v1${path}" -H "Authorization: Bearer tc_U9aXo8zTqJ7bY2wV3sDc"`,
    );
    return JSON.parse(body).data as Record<string, unknown>[];
  };
  const tool = () => ({ url: server.url, key: "tc_U9aXo8zTqJ7bY2wV3sDc" });

  test("The Git hook reports a commit, whatever its subject", async () => {
    const subject = 'Say "no" to C:\\temp, and 日本語';
    const id = await runGitHook(blockMarked(manualPage("connect/git"), "hook").text, subject, tool());
    await expect
      .poll(() => read(`/events?external_id=git-${id}`), { timeout: 20_000 })
      .toMatchObject([{ kind: "commit", title: subject, identifier: "maria@example.com", scope: "website" }]);
  });

  test("The GitHub workflow reports the commits of a push", async () => {
    await runGitHubStep(blockMarked(manualPage("connect/git"), "workflow").text, tool());
    expect(await read("/events?external_id=git-9fceb02d0ae598e95dc970b74767f19372d61af8")).toMatchObject([
      { kind: "commit", title: "Fix the login", scope: "example/website", occurred_at: "2024-01-15T13:25:00Z" },
    ]);
  });

  test("The Slack script reports who is active and who is away", async () => {
    const stop = await runSlackScript(blockMarked(manualPage("connect/slack"), "script").text, tool());
    try {
      const seen = async () => (await read("/presence?present=true")).filter(({ source }) => source === "slack");
      await expect.poll(seen, { timeout: 30_000 }).toMatchObject([
        { name: "Lena Fischer", status: "online", time_zone: "Europe/Berlin" },
        { name: "Omar Haddad", status: "away", time_zone: "Africa/Cairo" },
      ]);
    } finally {
      await stop();
    }
  });

  test("The calendar script reports a meeting, and its end", async () => {
    const script = blockMarked(manualPage("connect/calendar"), "script").text;
    const current = async () => (await read("/presence")).find(({ name }) => name === "sofia@example.com");
    await runCalendarScript(script, ["all-day", "meeting"], tool());
    expect(await current()).toMatchObject({ status: "meeting", source: "google-calendar", time_zone: "Europe/Madrid" });
    await runCalendarScript(script, ["all-day"], tool());
    expect(await current()).toMatchObject({ status: "offline" });
  });
});

test("A lost team key can be replaced in the database", async () => {
  const { url } = server;
  const account = {
    team: { name: "Locked Team", slug: "locked-team" },
    owner: { name: "Maria Garcia", email: "maria@example.com" },
  };
  const headers = { Authorization: `Bearer ${SETUP_TOKEN}`, "Content-Type": "application/json" };
  const made = await fetch(`${url}/api/v1/setup`, { method: "POST", headers, body: JSON.stringify(account) });
  const { team } = (await made.json()) as { team: { id: string; key: string } };
  const ask = (key: string) => fetch(`${url}/api/v1/team`, { headers: { "X-TEAM-ID": team.id, "X-API-KEY": key } });
  expect((await ask(team.key)).status).toBe(200);

  const commands = blockMarked(manualPage("incidents"), "lost-key").text;
  const printed = await runShell(
    commands.replaceAll("red-team", "locked-team").replace("--remote", `--local --persist-to ${data}`),
  );
  const key = printed.trim().split("\n").at(-1)!;
  expect(await ask(key).then((answer) => answer.json())).toMatchObject({ slug: "locked-team" });
  expect((await ask(team.key)).status).toBe(401);
});
