import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Module, readModule } from "./module.ts";
import { TOP_LEVEL } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");

/** The text of a file of the repository. */
export const read = (path: string): string => readFileSync(resolve(root, path), "utf8");

/** Every file that is in the repository or about to be, which git alone knows. A clone may belong to another user. */
export function files(): string[] {
  const list = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0");
  return paths.filter((path) => path !== "" && existsSync(resolve(root, path)));
}

/** Every source file of the Worker. Declarations (`.d.ts`) describe the platform and hold no code. */
export const modules = (paths: readonly string[]): Map<string, Module> => modulesIn(paths, /^src\//);

/** Every script that runs on the machine of a developer or an operator. Roles and slices do not apply to these. */
export const scripts = (paths: readonly string[]): Map<string, Module> => modulesIn(paths, /^\.(?:build|ops)\//);

function modulesIn(paths: readonly string[], folder: RegExp): Map<string, Module> {
  const sources = paths.filter((path) => folder.test(path) && /\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
  return new Map(sources.map((path) => [path, readModule(path, read(path))]));
}

/** Visible entries of the top level that are not of the agreed few. */
export const strayEntries = (paths: readonly string[]): string[] =>
  [...new Set(paths.map((path) => path.split("/")[0]!))].filter(
    (entry) => !entry.startsWith(".") && !TOP_LEVEL.includes(entry),
  );

type Manifest = {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, unknown>;
};

/** One version and no range, perhaps of a package under another name; or `$name`, the version that is pinned above. */
const PINNED = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.-]+)?$|^\$/;

/** Dependencies that a new release could change without a commit. */
export function unpinned(manifest: Manifest): string[] {
  const leaves = (entries: object): string[] =>
    Object.entries(entries).flatMap(([name, value]) =>
      typeof value === "object" && value !== null ? leaves(value) : PINNED.test(value) ? [] : [`${name}: ${value}`],
    );
  return [manifest.dependencies, manifest.devDependencies, manifest.overrides].flatMap((part) => leaves(part ?? {}));
}

/** Traces of the machine a file was written on. Spelled so that this line is none. */
const MACHINE = /\/(?:work|home|root)\/|\bregistry\.[a-z]|\bnpm[m]irror/;

/** Whether a file holds what is true of one machine only: a path, or the place its packages came from. */
export const namesMachine = (path: string, text: string): boolean =>
  MACHINE.test(text) || (path === "package-lock.json" && text.includes('"resolved"'));

/** The chains of slices a text shows, such as `auth < people`. */
export const shownOrders = (text: string): string[] => text.match(/\b[a-z]+(?: < [a-z]+)+\b/g) ?? [];
