import { expect } from "vitest";

const TAGS = ["a", "b", "strong", "i", "em", "code"];

/** The grammar of safe HTML: text, references to the five characters of markup, and the allowed tags. */
const GRAMMAR = new RegExp(
  `^(?:[^<>&]|&(?:amp|lt|gt|quot|#39);|</?(?:${TAGS.join("|")})>|<a href='(?:https?|mailto):[^<>'"]*'>)*$`,
  "i",
);

/** Parses HTML with HTMLRewriter, which is not the parser of the sanitiser. */
async function parsed(html: string): Promise<{ tag: string; attributes: [string, string][] }[]> {
  const found: { tag: string; attributes: [string, string][] }[] = [];
  const comments: string[] = [];
  const rewriter = new HTMLRewriter().on("*", {
    element: (element) =>
      void found.push({ tag: element.tagName, attributes: [...element.attributes] as [string, string][] }),
    comments: (comment) => void comments.push(comment.text),
  });
  await rewriter.transform(new Response(html)).text();
  expect(comments, html).toEqual([]);
  return found;
}

/** Whether every tag is closed, in the reverse order of the opening tags. */
function isBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [, close, name] of html.matchAll(/<(\/?)([a-z]+)/g)) {
    if (!close) open.push(name!);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

/** Checks that HTML from any source is safe to show, by its grammar and by a second parser. */
export async function expectSafe(html: string): Promise<void> {
  expect(html.isWellFormed()).toBe(true);
  expect(html).toMatch(GRAMMAR);
  expect(isBalanced(html), html).toBe(true);
  for (const { tag, attributes } of await parsed(html)) {
    expect(TAGS, html).toContain(tag);
    for (const [name, value] of attributes) {
      expect(`${tag} ${name}`, html).toBe("a href");
      // A browser ignores blanks around a URL, and tabs and line breaks within it.
      const url = value.replace(/^[\0- ]+|[\t\r\n]/g, "");
      expect(url, html).toMatch(/^(?:https?|mailto):/i);
    }
  }
}
