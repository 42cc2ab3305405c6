import { readdirSync, readFileSync } from "node:fs";
import { posix, resolve } from "node:path";
import { links } from "./page.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

/** A page that people read: its path in the repository and its text. */
export type Page = { path: string; text: string };

/** Reads a file of the repository as text. */
export const read = (path: string): string => readFileSync(resolve(ROOT, path), "utf8");

const page = (path: string): Page => ({ path, text: read(path) });

/** Returns the paths of the Markdown files in a folder and its subfolders, sorted. */
export const markdownIn = (folder: string): string[] =>
  readdirSync(resolve(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => posix.join(folder, path))
    .filter((path) => path.endsWith(".md"))
    .sort();

export const README = page("README.md");
export const INDEX = page("src/docs/index.md");

/** The pages of the manual in reading order: those that its table of contents names. */
export const MANUAL: Page[] = links(INDEX.text).map((target) => page(posix.join("src/docs", target.split("#")[0]!)));

/** Every page of the repository. */
export const PAGES: Page[] = [README, INDEX, ...MANUAL, ...markdownIn(".github").map(page)];

/** Returns a page of the manual by its path under src/docs, without `.md`. */
export const manualPage = (name: string): string => MANUAL.find(({ path }) => path === `src/docs/${name}.md`)!.text;
