import { Marked, type Tokens } from "marked";
import { plainText, type Resolve } from "./markdown.ts";

export type Entry = { url: string; text: string };

/** Pages under one heading of the table of contents; those before the first heading have none. */
export type Group = { heading: string | null; entries: Entry[] };

/** Reads the navigation from the table of contents: every link to a page, under the heading it is found under. */
export function readContents(markdown: string, resolve: Resolve): Group[] {
  const marked = new Marked();
  const groups: Group[] = [{ heading: null, entries: [] }];
  const seen = new Set<string>();
  for (const token of marked.lexer(markdown)) {
    if (token.type === "heading" && token.depth > 1) {
      groups.push({ heading: plainText(token.tokens ?? []), entries: [] });
    }
    marked.walkTokens([token], (inner) => {
      if (inner.type !== "link") return;
      const { href, tokens } = inner as Tokens.Link;
      const url = resolve(href);
      // A link into the middle of a page is not a page of its own.
      if (!url?.startsWith("/docs/") || url.includes("#") || seen.has(url)) return;
      seen.add(url);
      groups.at(-1)!.entries.push({ url, text: plainText(tokens) });
    });
  }
  return groups.filter(({ entries }) => entries.length > 0);
}
