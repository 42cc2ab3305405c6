import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hashedPath, writeFiles } from "../../.build/files.ts";
import { buildManual } from "../../.build/manual/manual.ts";
import { renderMarkdown } from "../../.build/manual/markdown.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const STYLE = "/static/manual.css";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "rollcall-manual-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Builds a manual of these pages and other files. */
function manual(files: Record<string, string>) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return buildManual(directory, STYLE);
}

const html = (markdown: string) => renderMarkdown(markdown, (address) => address).html;

describe("A page", () => {
  test("Headings have the anchors that GitHub gives them", () => {
    const { title, headings } = renderMarkdown(
      "# Keys\n## A `tc_` key\n## What's new?\n## Dates & zones\n## What's new?",
      () => null,
    );
    expect(title).toBe("Keys");
    expect(headings.map(({ id }) => id)).toEqual(["keys", "a-tc_-key", "whats-new", "dates--zones", "whats-new-1"]);
  });

  test("Code is shown unchanged, without the words after its language", () => {
    const code = html('```sh example 201\ncurl "a&b" <x>\n```');
    expect(code).toContain('<code class="language-sh">curl &quot;a&amp;b&quot; &lt;x&gt;\n</code>');
    expect(code).not.toContain("201");
  });

  test("A GitHub alert is shown as an alert, and any other quote as a quote", () => {
    expect(html("> [!WARNING]\n> The key is *shown once*.")).toMatch(
      /^<aside class="alert warning"><p><strong>Warning<\/strong><\/p>\n<p>The key is <em>shown once<\/em>\.<\/p>/,
    );
    expect(html("> Said so.")).toContain("<blockquote>");
  });

  test("Wide content can be scrolled with the keyboard, and each table has a name", () => {
    const wide = html("## Costs\n| a | b |\n|--|--:|\n| 1 | 2 |\n\n```\nlong\n```");
    expect(wide).toContain('role="region" aria-label="Table 1: Costs" tabindex="0"><table>');
    expect(wide).toContain('<pre tabindex="0">');
    expect(html("|  | b |\n|--|--|\n| 1 | 2 |")).toContain("<td></td>");
  });
});

describe("The manual", () => {
  const PAGES = {
    "index.md":
      "# Manual\n\n[Keys](./keys.md) first.\n\n## API\n\n- [Send *presence*](./api/presence.md)\n- [Again](keys.md)",
    "keys.md": "# Keys\n\nSee [presence](./api/presence.md#body), [this](#keys) and <https://example.com/a?b&c>.",
    "api/presence.md": "# Presence\n\n## Body\n\n[Back](../index.md) to [keys](../keys.md)",
  };

  test("Each file becomes a page whose links work where it is served", async () => {
    const { files, problems } = await manual(PAGES);
    expect(problems).toEqual([]);
    expect([...files.keys()].sort()).toEqual(["docs.html", "docs/api/presence.html", "docs/keys.html"]);
    const keys = String(files.get("docs/keys.html"));
    for (const link of ["/docs/api/presence#body", "#keys", "https://example.com/a?b&amp;c"]) {
      expect(keys).toContain(`href="${link}"`);
    }
    expect(keys).toContain("<title>Keys · Rollcall manual</title>");
    expect(keys).toContain(`<link rel="stylesheet" href="${STYLE}">`);
    const presence = String(files.get("docs/api/presence.html"));
    expect(presence).toMatch(/<a href="\/docs">Back<\/a> to <a href="\/docs\/keys">keys<\/a>/);
  });

  test("The navigation contains each page once, and each page links to the previous and the next page", async () => {
    const keys = String((await manual(PAGES)).files.get("docs/keys.html"));
    const [navigation] = keys.match(/<nav class="contents"[\s\S]*?<\/nav>/)!;
    expect([...navigation.matchAll(/<h2>.*?<\/h2>|<a [^>]*>.*?<\/a>/g)].map(([entry]) => entry)).toEqual([
      '<a href="/docs/keys" aria-current="page">Keys</a>',
      "<h2>API</h2>",
      '<a href="/docs/api/presence">Send presence</a>',
    ]);
    expect(keys).toMatch(/rel="next" href="\/docs\/api\/presence"/);
    expect(keys).not.toContain('rel="prev"');
  });

  test("Images, also those in HTML, are served under their digest, and no other file of the repository is served", async () => {
    const page = '# M\n\n![A day](./day.svg)\n\n<picture><source srcset="day.svg"></picture>\n\n[Notes](./notes.txt)';
    const { files, problems } = await manual({ "index.md": page, "day.svg": "<svg/>", "notes.txt": "" });
    const image = hashedPath("day.svg", "<svg/>");
    expect(problems).toEqual([]);
    expect(String(files.get(image))).toBe("<svg/>");
    const text = String(files.get("docs.html"));
    expect(text).toContain(`<img src="/${image}" alt="A day">`);
    expect(text).toContain(`srcset="/${image}"`);
    expect(text).toMatch(/<p>Notes<\/p>/);
  });

  test("Broken links and pages without a link to them are reported", async () => {
    const { problems } = await manual({
      "index.md": "# Manual\n\n[Keys](./keys.md#rotate), [gone](./gone.md)",
      "keys.md": "## No title",
      "lost.md": "# Lost",
    });
    expect(problems).toEqual([
      "index.md: ./gone.md does not exist",
      "keys.md: does not begin with a title",
      "keys.md: is not in index.md",
      "lost.md: is not in index.md",
      "index.md: keys.md has no #rotate",
    ]);
  });

  test("The manual of this repository has no such problem, script or inline style, and loads nothing from other hosts", async () => {
    const { files, problems } = await buildManual(join(ROOT, "src/docs"), STYLE);
    expect(problems).toEqual([]);
    for (const [path, content] of files) {
      if (!path.endsWith(".html")) continue;
      expect(String(content), path).not.toMatch(/<script|<style|<iframe|\sstyle=|\son[a-z]+="/);
      expect(String(content), path).not.toMatch(/(?:src|srcset)="(?!\/)|<link[^>]*href="(?!\/)/);
    }
  });
});

test("A second build writes only the files that changed, and removes those without a source", () => {
  const [target, temporary] = [join(directory, "assets"), directory];
  const write = (files: Record<string, string>) => writeFiles(target, new Map(Object.entries(files)), temporary);
  expect(write({ "a.txt": "a", "b/c.txt": "c" })).toBe(true);
  const before = statSync(join(target, "a.txt"));
  expect(write({ "a.txt": "a", "b/c.txt": "c" })).toBe(false);
  expect(write({ "a.txt": "a", "d.txt": "d" })).toBe(true);
  const after = statSync(join(target, "a.txt"));
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  expect(readFileSync(join(target, "d.txt"), "utf8")).toBe("d");
  expect(() => statSync(join(target, "b/c.txt"))).toThrow("ENOENT");
});
