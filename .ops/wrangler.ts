/** Runs the D1 commands of wrangler. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { DEFAULT_PERSIST_TO } from "../.build/local_database.ts";

const ROOT = resolve(import.meta.dirname, "..");
const CONFIG = join(ROOT, "wrangler.toml");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
/** The most bytes that one command may print. The answer to a query is read whole. */
const MAX_OUTPUT = 1024 ** 3;

/** A database: the deployed one, or the local one in a directory as wrangler's `--persist-to` names it. */
export type Target = { remote: boolean; persistTo?: string; database: string };

/** A failure that the operator can correct. Its message is shown without a stack. */
export class OperatorError extends Error {}

/** Names a database, as part of a sentence. */
export const describeTarget = ({ remote, persistTo, database }: Target): string =>
  remote ? `the deployed database ${database}` : `the local database in ${persistTo ?? ".wrangler/state"}`;

/** Writes the rows of a database to a file, as `INSERT` statements without the schema. */
export async function exportRows(target: Target, file: string): Promise<void> {
  const args = ["d1", "export", target.database, "--no-schema", "--skip-confirmation", "--output", resolve(file)];
  if (target.remote) await wrangler([...args, "--remote"]);
  // `d1 export` has no --persist-to. It reads the data beside its configuration, so it gets a copy beside a link to the data.
  else
    await withTemporary(async (directory) => {
      await mkdir(join(directory, ".wrangler"));
      await copyFile(CONFIG, join(directory, "wrangler.toml"));
      await symlink(directoryOf(target), join(directory, ".wrangler/state"), "junction");
      await wrangler([...args, "--local", "--config", join(directory, "wrangler.toml")]);
    });
}

/** Executes a file of SQL in one transaction: if a statement fails, nothing is changed. */
export async function executeFile(target: Target, file: string): Promise<void> {
  await wrangler(["d1", "execute", target.database, ...place(target), "--yes", "--file", resolve(file)]);
}

/** Executes SQL and returns the rows of each statement. */
export async function query(target: Target, sql: string): Promise<Record<string, unknown>[][]> {
  const printed = await wrangler([
    "d1",
    "execute",
    target.database,
    ...place(target),
    "--yes",
    "--json",
    "--command",
    sql,
  ]);
  const answers = JSON.parse(printed.slice(printed.indexOf("["))) as { results: Record<string, unknown>[] }[];
  return answers.map(({ results }) => results);
}

/** Runs `use` with a new directory that is removed afterwards. */
export async function withTemporary<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "rollcall-ops-"));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Returns the directory of a local database: without `--persist-to`, that of `wrangler dev`. */
export const directoryOf = ({ persistTo }: Target): string => resolve(persistTo ?? DEFAULT_PERSIST_TO);

const place = (target: Target): string[] =>
  target.remote ? ["--remote"] : ["--local", "--persist-to", directoryOf(target)];

/** Runs a wrangler command and returns what it prints. If it fails, throws what wrangler says. */
async function wrangler(args: string[]): Promise<string> {
  const env = { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", ...process.env };
  try {
    // npm runs this script with the Node of the project. The Node of the machine may be too old for wrangler.
    const options = { cwd: ROOT, env, maxBuffer: MAX_OUTPUT };
    return (await promisify(execFile)(process.execPath, [WRANGLER, ...args], options)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new OperatorError(`wrangler ${args.slice(0, 2).join(" ")} failed:\n${stderr || stdout || error}`);
  }
}
