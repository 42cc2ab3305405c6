import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
/** The Node of this project, because an installed one may be too old for wrangler. */
const NODE = join(ROOT, "node_modules/.bin/node");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const ENVIRONMENT = { ...process.env, CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" };

/** Runs the wrangler of this project, offline, and returns its output. */
export async function wrangler(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(NODE, [WRANGLER, ...args], { cwd: ROOT, env: ENVIRONMENT });
  return stdout;
}

/** Removes a temporary folder when this process exits. */
export const removeAtExit = (directory: string): void => {
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
};

/** The bundled file of each Worker of the bench, by name. */
export type Builds = Record<"rollcall" | "timed" | "metered" | "baseline", string> & {
  /** The deployed Worker and an empty one, in the form that `wrangler check startup` reads. */
  bundles: Record<"rollcall" | "empty", string>;
  /** The folder of all bundles, which is removed when this process exits. */
  directory: string;
};

/** Bundles the Workers of the bench as `wrangler deploy --minify` does. */
export async function build(): Promise<Builds> {
  const directory = await mkdtemp(join(tmpdir(), "rollcall-bench-"));
  removeAtExit(directory);
  const deploy = (entry: string, ...to: string[]) => wrangler("deploy", entry, "--dry-run", "--minify", ...to);
  const built = async (entry: string) => {
    const name = basename(entry, ".ts");
    await deploy(entry, "--outdir", join(directory, name));
    return join(directory, name, `${name}.js`);
  };
  const bundled = async (entry: string) => {
    const bundle = join(directory, `${basename(entry, ".ts")}.bundle`);
    await deploy(entry, "--outfile", bundle);
    return bundle;
  };
  return {
    rollcall: await built("src/index.ts"),
    timed: await built("test/bench/timed.ts"),
    metered: await built("test/bench/metered.ts"),
    baseline: await built("test/bench/baseline.ts"),
    bundles: { rollcall: await bundled("src/index.ts"), empty: await bundled("test/bench/empty.ts") },
    directory,
  };
}
