/** Runs the scripts that the manual shows, as their users would. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The server that a script reports to, and the key that it sends. */
type Target = { url: string; key: string };

const run = promisify(execFile);
const temporary = () => mkdtemp(join(tmpdir(), "rollcall-tool-"));
const remove = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 5 });
const environment = ({ url, key }: Target) => ({
  ...process.env,
  ...{ NO_PROXY: "localhost,127.0.0.1", ROLLCALL_URL: url, ROLLCALL_KEY: key },
});

/** Commits once in a new repository that has the hook, and returns the id of the commit. */
export async function runGitHook(hook: string, subject: string, { url, key }: Target): Promise<string> {
  const folder = await temporary();
  const repository = join(folder, "website");
  const env = {
    ...{ ...process.env, NO_PROXY: "localhost,127.0.0.1", HOME: folder },
    ...{ GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: join(folder, "config") },
  };
  const git = (...args: string[]) => run("git", args, { cwd: repository, env });
  try {
    await mkdir(repository);
    await git("init", "--quiet");
    const path = join(repository, ".git/hooks/post-commit");
    await mkdir(join(repository, ".git/hooks"), { recursive: true });
    await writeFile(path, hook);
    await chmod(path, 0o755);
    await git("config", "rollcall.url", url);
    await git("config", "rollcall.key", key);
    const author = ["-c", "user.name=Maria Garcia", "-c", "user.email=maria@example.com"];
    await git(...author, "commit", "--quiet", "--allow-empty", "--message", subject);
    return (await git("rev-parse", "HEAD")).stdout.trim();
  } finally {
    await remove(folder);
  }
}

/** A push as GitHub describes it to a workflow. */
const PUSH = {
  repository: { full_name: "example/website" },
  commits: [
    {
      id: "9fceb02d0ae598e95dc970b74767f19372d61af8",
      message: "Fix the login\n\nIt was broken.",
      timestamp: "2024-01-15T14:25:00+01:00",
      url: "https://github.com/example/website/commit/9fceb02d0ae598e95dc970b74767f19372d61af8",
      author: { name: "Maria Garcia", email: "maria@example.com", username: "maria" },
    },
  ],
};

/** Runs the script of a workflow's one step with a push. Throws where the script fails. */
export async function runGitHubStep(workflow: string, target: Target): Promise<void> {
  const [, indent, script] = workflow.match(/^( +)run: \|\n([\s\S]*)$/m)!;
  const folder = await temporary();
  try {
    await writeFile(join(folder, "event.json"), JSON.stringify(PUSH));
    await writeFile(join(folder, "step"), script!.replaceAll(new RegExp(`^${indent}  `, "gm"), ""));
    const env = { ...environment(target), GITHUB_EVENT_PATH: join(folder, "event.json") };
    await run(process.execPath, [join(folder, "step")], { env });
  } finally {
    await remove(folder);
  }
}

const MEMBERS = [
  { id: "U01", real_name: "Lena Fischer", tz: "Europe/Berlin", profile: { email: "lena@example.com" } },
  { id: "U02", real_name: "Omar Haddad", tz: "Africa/Cairo", profile: {} },
  { id: "U03", real_name: "A bot", is_bot: true, profile: {} },
];

/** What Slack answers to the two methods that the script calls. The members come in two pages. */
function slackAnswer(url: URL): object {
  if (url.pathname.endsWith("/users.getPresence")) {
    return { ok: true, presence: url.searchParams.get("user") === "U01" ? "active" : "away" };
  }
  const cursor = url.searchParams.get("cursor");
  return cursor
    ? { ok: true, members: MEMBERS.slice(1), response_metadata: { next_cursor: "" } }
    : { ok: true, members: MEMBERS.slice(0, 1), response_metadata: { next_cursor: "page-2" } };
}

/** Starts the script with a server that answers as Slack does. Returns a function that ends both. */
export async function runSlackScript(script: string, target: Target): Promise<() => Promise<void>> {
  const slack = createServer((request, response) => {
    const isKnown = request.headers.authorization === "Bearer xoxb-test";
    const answer = isKnown
      ? slackAnswer(new URL(request.url!, "http://localhost"))
      : { ok: false, error: "invalid_auth" };
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(slack, "listening");
  const folder = await temporary();
  const path = join(folder, "slack-presence.mjs");
  const address = `http://127.0.0.1:${(slack.address() as AddressInfo).port}`;
  await writeFile(path, script.replace("https://slack.com", address));
  const env = { ...environment(target), SLACK_TOKEN: "xoxb-test" };
  const child = spawn(process.execPath, [path], { env, stdio: ["ignore", "ignore", "inherit"] });
  const ended = once(child, "close");
  return async () => {
    child.kill();
    await ended;
    slack.close();
    await remove(folder);
  };
}

/** Runs the function `report` of an Apps Script while the calendar has these events. */
export async function runCalendarScript(script: string, events: ("all-day" | "meeting")[], target: Target) {
  const calendar = {
    getEvents: () => events.map((event) => ({ isAllDayEvent: () => event === "all-day" })),
    getTimeZone: () => "Europe/Madrid",
  };
  const google = {
    CalendarApp: { getDefaultCalendar: () => calendar },
    Session: { getEffectiveUser: () => ({ getEmail: () => "sofia@example.com" }) },
    PropertiesService: { getScriptProperties: () => ({ getProperty: () => target.key }) },
    UrlFetchApp: { fetch: fetchNow },
  };
  const report = new Function(...Object.keys(google), `${script}\nreturn report;`)(...Object.values(google));
  report();

  /** Google's `fetch` returns when the answer is there, and throws where the status is not a 2xx. */
  function fetchNow(url: string, { method, contentType, headers, payload }: FetchOptions): string {
    const there = url.replace("https://rollcall.example.workers.dev", target.url);
    const sent = Object.entries({ ...headers, "Content-Type": contentType }).flatMap(([name, value]) => [
      "--header",
      `${name}: ${value}`,
    ]);
    const options = ["-q", "--silent", "--show-error", "--fail", "--request", method.toUpperCase(), ...sent];
    return execFileSync("curl", [...options, "--data-binary", payload, there], {
      encoding: "utf8",
      env: environment(target),
    });
  }
}

type FetchOptions = { method: string; contentType: string; headers: Record<string, string>; payload: string };
