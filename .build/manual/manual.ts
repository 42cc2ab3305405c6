/** Builds the web pages of the manual from `src/docs`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, posix, resolve } from "node:path";
import { type Files, hashedPath } from "../files.ts";
import { readContents } from "./contents.ts";
import { layout } from "./layout.ts";
import { type Rendered, renderMarkdown } from "./markdown.ts";

/** The pages as files of the assets directory, and what is wrong with their links, in words for their author. */
export type Manual = { files: Files; problems: string[] };

const INDEX = "index.md";
const IMAGES = [".svg", ".png", ".jpg", ".webp", ".gif"];

/** Builds every page of `source`, whose `index.md` is the table of contents. `stylesheet` is the address of the style sheet. */
export async function buildManual(source: string, stylesheet: string): Promise<Manual> {
  const paths = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
  const texts = new Map(paths.sort().map((path) => [path, readFileSync(resolve(source, path), "utf8")]));
  const files: Files = new Map();
  const problems: string[] = [];
  /** Links to a heading, which can be checked once all pages are rendered. */
  const anchors: { from: string; to: string; id: string }[] = [];

  /** Makes what turns the addresses on one page into those to serve, and notes the images and the problems it meets. */
  const resolver = (from: string) => (address: string) => {
    if (/^(?:[a-z][a-z+.-]*:|\/)/i.test(address)) return address;
    const [path = "", id] = address.split("#");
    const to = path ? posix.join(posix.dirname(from), path) : from;
    if (texts.has(to)) {
      if (id) anchors.push({ from, to, id });
      return path ? `${urlOf(to)}${id ? `#${id}` : ""}` : address;
    }
    const file = resolve(source, to);
    if (!existsSync(file)) {
      problems.push(`${from}: ${address} does not exist`);
      return null;
    }
    // Another file of the repository, which is on GitHub and not here.
    if (!IMAGES.includes(extname(file))) return null;
    const image = readFileSync(file);
    const served = hashedPath(to, image);
    files.set(served, image);
    return `/${served}`;
  };

  const pages = new Map<string, Rendered>();
  for (const [path, text] of texts) pages.set(path, renderMarkdown(text, resolver(path)));
  const contents = readContents(texts.get(INDEX) ?? "", resolver(INDEX));
  for (const [path, page] of pages) {
    const url = urlOf(path);
    files.set(`${url.slice(1)}.html`, await layout({ ...page, url }, contents, stylesheet));
    if (page.headings[0]?.depth !== 1) problems.push(`${path}: does not begin with a title`);
    if (path !== INDEX && !contents.some(({ entries }) => entries.some((entry) => entry.url === url))) {
      problems.push(`${path}: is not in ${INDEX}`);
    }
  }
  for (const { from, to, id } of anchors) {
    if (!pages.get(to)!.headings.some((heading) => heading.id === id)) problems.push(`${from}: ${to} has no #${id}`);
  }
  return { files, problems: [...new Set(problems)] };
}

/** Returns the address of a page: `keys.md` is `/docs/keys`, and an `index.md` is its folder. */
const urlOf = (path: string): string => posix.join("/docs", path.replace(/(?:(?:^|\/)index)?\.md$/, ""));
