import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");

/** Prints nothing but the body and, behind it, the status. A `.curlrc` of the user is not read. */
const CURL = `curl() { command curl -q --silent --show-error --max-time 30 --write-out '\\n%{http_code}' "$@"; }`;

/** Runs a shell script in the repository and returns what it prints. Throws where it fails. */
export async function runShell(script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
    ...{ cwd: ROOT, env: { ...process.env, NO_PROXY: "localhost", WRANGLER_SEND_METRICS: "false", ...env } },
  });
  return stdout;
}

/** Runs a shell command of one curl, with the real curl, and returns the status and the body of the answer. */
export async function runCurl(command: string, env: NodeJS.ProcessEnv = {}): Promise<{ status: number; body: string }> {
  const printed = await runShell(`${CURL}\n${command}`, env);
  const end = printed.lastIndexOf("\n");
  return { status: Number(printed.slice(end + 1)), body: printed.slice(0, end) };
}
