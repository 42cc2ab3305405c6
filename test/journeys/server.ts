import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { prepareLocalDatabase } from "../../.build/local_database.ts";
import { SIGNING_KEY } from "../demo/account.ts";
import { seedDemo } from "../demo/seed.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** The project's own Node: the machine's may be too old for wrangler. */
const NODE = join(ROOT, "node_modules/.bin/node");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const END_WITH_PARENT = join(import.meta.dirname, "end_with_parent.ts");
/** Nothing is fetched and nothing reported; what a test runner sets does not decide what is built. */
const ENVIRONMENT = {
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  NODE_ENV: "development",
};
/** A path without a route: the first request makes the runtime load the Worker, and must not change anything. */
export const FIRST_PATH = "/.started";
/** How long a server may take to start, and how long one request meanwhile: a reload in between can swallow it. */
const START_MS = 60_000;
const FIRST_ANSWER_MS = 5_000;

export type Server = {
  /** Without a slash at the end. */
  url: string;
  /** The leader of the server's process group. */
  pid: number;
  /** Fulfilled once the server's processes are gone, however they went. */
  gone: Promise<unknown>;
  /** Ends the server, and removes its data unless `persistTo` was given. */
  stop(): Promise<void>;
  /** The same, leaving no process of it the time to do anything. */
  kill9(): Promise<void>;
};

type Options = {
  /** Any free one when absent. */
  port?: number;
  /** The directory of its data, as wrangler's `--persist-to`; a temporary one when absent. */
  persistTo?: string;
  /** Whether to put in the demo data, and the demo's secrets. */
  seed?: boolean;
  /** Further arguments for `wrangler dev`, which replace those that are given here. */
  args?: string[];
  /** Ends the start when it aborts; after a minute when absent. */
  signal?: AbortSignal;
  /** Takes what the server prints; when absent, the error of a failed start has it. */
  onOutput?: (text: string) => void;
};

/** Starts a real, local `wrangler dev` on a migrated database; fulfilled when it answers requests. */
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

/** Whether the arguments have an option already: wrangler takes none twice. */
const hasOption = (args: string[], option: string): boolean => {
  const [name] = option.split("=");
  return args.some((arg) => arg.split("=")[0] === name);
};

/** Runs wrangler in a process group of its own, for it starts processes that have to end with it. */
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

/** Fulfilled when a request came back, whatever its status. */
async function answers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await fetch(url + FIRST_PATH, { signal: AbortSignal.any([signal, AbortSignal.timeout(FIRST_ANSWER_MS)]) });
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      // Over https wrangler shows a certificate of its own, which is an answer too.
      if (String((error as Error & { cause?: { code?: string } }).cause?.code).includes("CERT")) return;
    }
  }
}
