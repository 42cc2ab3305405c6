import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { prepareLocalDatabase } from "../../.build/local_database.ts";
import { SIGNING_KEY } from "../demo/account.ts";
import { seedDemo } from "../demo/seed.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** The Node of the project: the installed one may be too old for wrangler. */
const NODE = join(ROOT, "node_modules/.bin/node");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const END_WITH_PARENT = join(import.meta.dirname, "end_with_parent.ts");
/** Wrangler fetches and reports nothing, and the variables of the test runner do not reach the build. */
const ENVIRONMENT = {
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  NODE_ENV: "development",
};
/** A path without a route: the first request loads the Worker, and must change nothing. */
export const FIRST_PATH = "/.started";
/** How long a start may take, and how long one request during it: a request can get lost in a reload. */
const START_MS = 60_000;
const FIRST_ANSWER_MS = 5_000;

export type Server = {
  /** Without a slash at the end. */
  url: string;
  /** The leader of the server's process group. */
  pid: number;
  /** Fulfilled when all processes of the server have ended. */
  gone: Promise<unknown>;
  /** Ends the server, and removes its data unless `persistTo` was given. */
  stop(): Promise<void>;
  /** Ends all processes of the server at once, with SIGKILL. */
  kill9(): Promise<void>;
};

type Options = {
  /** By default any free port. */
  port?: number;
  /** The directory of the data, as wrangler's `--persist-to`; by default a temporary one. */
  persistTo?: string;
  /** Whether to store the demo data and use the demo's secrets. */
  seed?: boolean;
  /** More arguments for `wrangler dev`. They replace those of this file. */
  args?: string[];
  /** Aborts the start; by default after a minute. */
  signal?: AbortSignal;
  /** Gets what the server prints; by default it is in the error of a failed start. */
  onOutput?: (text: string) => void;
};

/** Starts a local `wrangler dev` on a migrated database. Fulfilled when it answers requests. */
export async function startServer(options: Options = {}): Promise<Server> {
  const { port = 0, seed = false, args = [], signal = AbortSignal.timeout(START_MS), onOutput } = options;
  const temporary = options.persistTo ? undefined : await mkdtemp(join(tmpdir(), "rollcall-"));
  const persistTo = resolve(options.persistTo ?? temporary!);
  const clear = () => temporary && rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  try {
    await prepareLocalDatabase(persistTo, seed ? (db) => seedDemo(db, Date.now()) : undefined);
    signal.throwIfAborted();
    const secrets = seed ? ["--var", `WEBHOOK_SIGNING_KEY:${SIGNING_KEY}`] : [];
    const where = ["--local", `--port=${port}`, "--inspector-port=0", `--persist-to=${persistTo}`];
    const dev = ["dev", ...where.filter((option) => !hasOption(args, option)), ...secrets, ...args];
    const group = spawnGroup(dev, persistTo, onOutput);
    const end = async (how: NodeJS.Signals) => {
      group.kill(how);
      await group.gone;
      await clear();
    };
    try {
      const url = await group.ready(signal);
      await answers(url, signal);
      return { url, pid: group.pid, gone: group.gone, stop: () => end("SIGTERM"), kill9: () => end("SIGKILL") };
    } catch (error) {
      await end("SIGKILL");
      throw error;
    }
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Whether the arguments have an option already: wrangler refuses an option given twice. */
const hasOption = (args: string[], option: string): boolean => {
  const [name] = option.split("=");
  return args.some((arg) => arg.split("=")[0] === name);
};

/** Runs wrangler in a process group of its own, because the processes that it starts must end with it. */
function spawnGroup(args: string[], persistTo: string, onOutput: Options["onOutput"]) {
  const child = spawn(NODE, ["--import", END_WITH_PARENT, WRANGLER, ...args], {
    // The build that wrangler runs must not migrate another database.
    ...{ cwd: ROOT, env: { ...ENVIRONMENT, ROLLCALL_PERSIST_TO: persistTo }, detached: true },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let printed = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      onOutput?.(text);
    });
  }
  const gone = once(child, "close");
  const kill = (signal: NodeJS.Signals) => killGroup(child, signal);
  const killNow = () => kill("SIGKILL");
  process.on("exit", killNow);
  gone.then(() => process.off("exit", killNow));

  const ready = async (signal: AbortSignal): Promise<string> => {
    const message = once(child, "message", { signal });
    const failed = gone.then(() => Promise.reject(new Error("wrangler dev has ended")));
    try {
      const [text] = await Promise.race([message, failed]);
      const { ip, port } = JSON.parse(text) as { ip: string; port: number };
      const protocol = args.join("=").includes("--local-protocol=https") ? "https" : "http";
      return `${protocol}://${ip}:${port}`;
    } catch (error) {
      throw new Error(`wrangler dev did not start${onOutput ? "" : `:\n${printed}`}`, { cause: error });
    }
  };
  return { pid: child.pid!, gone, kill, ready };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Fulfilled when a request is answered, with any status. */
async function answers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await fetch(url + FIRST_PATH, { signal: AbortSignal.any([signal, AbortSignal.timeout(FIRST_ANSWER_MS)]) });
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      // Over https wrangler uses a self-signed certificate: that error is an answer too.
      if (String((error as Error & { cause?: { code?: string } }).cause?.code).includes("CERT")) return;
    }
  }
}
