import { expect } from "vitest";

const TAGS = ["a", "b", "strong", "i", "em", "code"];

/** All that safe HTML is made of: text, references to the five characters of markup, and the tags, written in one way. */
const GRAMMAR = new RegExp(
  `^(?:[^<>&]|&(?:amp|lt|gt|quot|#39);|</?(?:${TAGS.join("|")})>|<a href='(?:https?|mailto):[^<>'"]*'>)*$`,
  "i",
);

/** What a parser that is not the sanitiser's makes of it. */
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

/** Whether every tag is closed, in the order opposite to their opening. */
function isBalanced(html: string): boolean {
  const open: string[] = [];
  for (const [, close, name] of html.matchAll(/<(\/?)([a-z]+)/g)) {
    if (!close) open.push(name!);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

/** Checks that HTML which anybody may have written can be shown, by its grammar and by what another parser makes of it. */
export async function expectSafe(html: string): Promise<void> {
  expect(html.isWellFormed()).toBe(true);
  expect(html).toMatch(GRAMMAR);
  expect(isBalanced(html), html).toBe(true);
  for (const { tag, attributes } of await parsed(html)) {
    expect(TAGS, html).toContain(tag);
    for (const [name, value] of attributes) {
      expect(`${tag} ${name}`, html).toBe("a href");
      // As a browser reads a URL: without the blanks around it, nor tabs and line breaks within.
      const url = value.replace(/^[\0- ]+|[\t\r\n]/g, "");
      expect(url, html).toMatch(/^(?:https?|mailto):/i);
    }
  }
}
