import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Module, readModule } from "./module.ts";
import { TOP_LEVEL } from "./rules.ts";

const root = resolve(import.meta.dirname, "../..");

/** Reads a file of the repository. */
export const read = (path: string): string => readFileSync(resolve(root, path), "utf8");

/**
 * Lists every file that git tracks or does not ignore. `safe.directory` is set because a clone may belong to another
 * user.
 */
export function files(): string[] {
  const list = ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const paths = execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0");
  return paths.filter((path) => path !== "" && existsSync(resolve(root, path)));
}

/** Parses every source file. Declarations (`.d.ts`) are left out: they have no code. */
export function modules(paths: readonly string[]): Map<string, Module> {
  const sources = paths.filter((path) => /^src\/.*\.tsx?$/.test(path) && !path.endsWith(".d.ts"));
  return new Map(sources.map((path) => [path, readModule(path, read(path))]));
}

/** Lists the entries of the top level that are neither allowed nor dotfiles. */
export const strayEntries = (paths: readonly string[]): string[] =>
  [...new Set(paths.map((path) => path.split("/")[0]!))].filter(
    (entry) => !entry.startsWith(".") && !TOP_LEVEL.includes(entry),
  );

type Manifest = {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  overrides?: Record<string, unknown>;
};

/** One exact version, also of a package under another name; or `$name`, the version of that dependency. */
const PINNED = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.-]+)?$|^\$/;

/** Lists dependencies without an exact version: a new release could change them without a commit. */
export function unpinned(manifest: Manifest): string[] {
  const leaves = (entries: object): string[] =>
    Object.entries(entries).flatMap(([name, value]) =>
      typeof value === "object" && value !== null ? leaves(value) : PINNED.test(value) ? [] : [`${name}: ${value}`],
    );
  return [manifest.dependencies, manifest.devDependencies, manifest.overrides].flatMap((part) => leaves(part ?? {}));
}

/** Paths and hosts of one machine. The pattern is written so that it does not match itself. */
const MACHINE = /\/(?:work|home|root)\/|\bregistry\.[a-z]|\bnpm[m]irror/;

/** Whether a file contains a path of one machine, or the host from which its packages were downloaded. */
export const namesMachine = (path: string, text: string): boolean =>
  MACHINE.test(text) || (path === "package-lock.json" && text.includes('"resolved"'));

/** Finds the orders of slices in a text, such as `auth < people`. */
export const shownOrders = (text: string): string[] => text.match(/\b[a-z]+(?: < [a-z]+)+\b/g) ?? [];
