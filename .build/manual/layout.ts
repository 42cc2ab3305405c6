import { html, raw } from "hono/html";
import type { Entry, Group } from "./contents.ts";
import type { Heading, Rendered } from "./markdown.ts";

type Page = Rendered & { url: string };

/** With fewer sections, a page has no list of them. */
const MIN_SECTIONS = 3;

/** Writes the whole HTML document of a page: the navigation, the page itself, its sections, and the pages around it. */
export async function layout(page: Page, contents: Group[], stylesheet: string): Promise<string> {
  const entries = contents.flatMap((group) => group.entries);
  const index = entries.findIndex(({ url }) => url === page.url);
  const isIndex = page.url === "/docs";
  // The first page follows the table of contents, whose index is -1.
  const [previous, next] = [entries[index - 1], isIndex || index >= 0 ? entries[index + 1] : undefined];
  const sections = page.headings.filter(({ depth }) => depth === 2);
  const title = isIndex ? "Rollcall manual" : `${page.title} · Rollcall manual`;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${stylesheet}">
</head>
<body>
<a class="skip" href="#content">Skip to the page</a>
<header class="bar">
<a class="brand" href="/"><img src="/icon.svg" alt="" width="20" height="20">Rollcall</a>
<a class="${isIndex ? "current" : ""}" href="/docs">Manual<small> contents</small></a>
</header>
<div class="columns">
<nav class="contents" aria-label="Manual">${contents.map((group) => navigation(group, page.url))}</nav>
<main id="content">
<article>${raw(page.html)}</article>
${previous || next ? html`<nav class="around" aria-label="Pages around this one">${around(previous, "previous")}${around(next, "next")}</nav>` : ""}
</main>
${!isIndex && sections.length >= MIN_SECTIONS ? sectionList(sections) : ""}
</div>
</body>
</html>
`;
  return String(await document);
}

const navigation = ({ heading, entries }: Group, current: string) => html`
${heading ? html`<h2>${heading}</h2>` : ""}
<ul>
${entries.map(({ url, text }) => html`<li><a href="${url}"${url === current ? raw(' aria-current="page"') : ""}>${text}</a></li>\n`)}</ul>`;

const sectionList = (sections: Heading[]) => html`<nav class="sections" aria-label="On this page">
<h2>On this page</h2>
<ul>
${sections.map(({ id, text }) => html`<li><a href="#${id}">${text}</a></li>\n`)}</ul>
</nav>`;

const around = (entry: Entry | undefined, which: "previous" | "next") =>
  entry
    ? html`<a class="${which}" rel="${which === "next" ? "next" : "prev"}" href="${entry.url}"><small>${which === "next" ? "Next" : "Previous"}</small>${entry.text}</a>`
    : "";
