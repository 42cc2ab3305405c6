import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** A command in its own process group. Ctrl-C in a terminal sends the signal to the whole group. */
export type Running = {
  /** Fulfilled with all output when it contains the text. Rejected if the command ends first. */
  shows(text: string): Promise<string>;
  /** Fulfilled with the exit code, which is null after a signal, and all output. */
  gone: Promise<{ code: number | null; printed: string }>;
  /** Sends a signal to the group, or nothing if the command has ended. */
  kill(signal: NodeJS.Signals): void;
};

/** Starts a command as a shell does, with more variables in its environment. */
export function start(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, detached: true });
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
  const shows = async (text: string) => {
    while (!printed.includes(text)) {
      if (ended) throw new Error(`ended without "${text}":\n${printed}`);
      await once(seen, "text");
    }
    return printed;
  };
  const kill = (signal: NodeJS.Signals) => {
    if (!ended) process.kill(-child.pid!, signal);
  };
  return { shows, gone, kill };
}

/** Finds a port that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "localhost");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
