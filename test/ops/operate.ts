/** Runs the operator's commands as npm does. */
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");

/** The Node of the project, which npm uses. */
export const NODE = join(ROOT, "node_modules/.bin/node");

/** Returns the arguments of Node that run a script of `.ops`. */
export const scriptArguments = (script: string, ...args: string[]): string[] => [join(ROOT, ".ops", script), ...args];

/** Runs a script of `.ops` and returns what it prints. Throws if it fails. */
export async function operate(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(NODE, scriptArguments(script, ...args), { cwd: ROOT });
  return stdout;
}

/** Runs a script that must fail, and returns what it prints to stderr. */
export async function failToOperate(script: string, ...args: string[]): Promise<string> {
  const failure = await operate(script, ...args).then(
    () => null,
    (error: { stderr: string }) => error,
  );
  if (failure === null) throw new Error(`${script} ${args.join(" ")} did not fail`);
  return failure.stderr;
}
