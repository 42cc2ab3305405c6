import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Quiet, and telling the status behind the body; a configuration of the user's own has no say. */
const CURL = `curl() { command curl -q --silent --show-error --max-time 30 --write-out '\\n%{http_code}' "$@"; }`;

/** Runs a shell command of one curl, with the real curl, and gives what came back. */
export async function runCurl(command: string, env: NodeJS.ProcessEnv = {}): Promise<{ status: number; body: string }> {
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", `${CURL}\n${command}`], {
    env: { ...process.env, NO_PROXY: "localhost", ...env },
  });
  const end = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}
