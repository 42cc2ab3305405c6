import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanHtml, plainText, textAsHtml } from "../../src/lib/html.ts";
import { PAYLOADS } from "./payloads.ts";
import { expectSafe } from "./safe_html.ts";

describe("cleanHtml", () => {
  test.each([
    ["the document's own", `<a href='https://t.example/b'>CA Board</a>: moved "Index" to "Stage"`, null],
    ["double quotes become single", `<a href="https://t.example">x</a>`, "<a href='https://t.example'>x</a>"],
    ["every allowed tag", "<b>1</b><strong>2</strong><i>3</i><em>4</em><code>5</code>", null],
    ["tags in capitals", "<B>1</B>", "<b>1</b>"],
    ["tags that are not closed", "<b>1 <i>2", "<b>1 <i>2</i></b>"],
    ["tags that cross", "<b>1<i>2</b>3</i>", "<b>1<i>2</i></b>3"],
    ["attributes are removed", "<b class=x id=y>1</b>", "<b>1</b>"],
    ["other tags are removed and their text stays", "<span>1</span> <blink>2</blink>", "1 2"],
    ["a script is removed with its text", "1<script>2</script>3<style>4</style>", "13"],
    ["comments are removed", "1<!-- 2 -->3", "13"],
    ["ends of blocks separate words", "<p>1</p><p>2</p>3<br>4<ul><li>5</li><li>6</li></ul>", "1 2 3 4 5 6"],
    ["line breaks are blanks", "1\n\n  2", "1 2"],
    ["brackets and ampersands", "1 < 2 & 3 > 2 &lt;b&gt; &copy;", "1 &lt; 2 &amp; 3 &gt; 2 &lt;b&gt; ©"],
    [
      "an ampersand in a link",
      "<a href='https://t.example/?a=1&b=2'>x</a>",
      "<a href='https://t.example/?a=1&amp;b=2'>x</a>",
    ],
    ["an apostrophe in a link", `<a href="https://t.example/'">it's</a>`, "<a href='https://t.example/&#39;'>it's</a>"],
    ["a quote in a link", `<a href='https://t.example/"'>x</a>`, "<a href='https://t.example/&quot;'>x</a>"],
    ["mail", "<a href='mailto:a@example.com'>x</a>", null],
    [
      "links with another scheme or without a host",
      "<a href='/local'>x</a><a href='ftp://t.example'>y</a>",
      "<a>x</a><a>y</a>",
    ],
    ["blanks around an address", "<a href=' https://t.example '>x</a>", "<a href='https://t.example'>x</a>"],
  ])("HTML is reduced to the allowed tags and attributes: %s", (_, html, safe) =>
    expect(cleanHtml(html)).toBe(safe ?? html),
  );
});

describe("plainText", () => {
  test.each([
    [`<a href='https://t.example/b'>CA Board</a>: moved "Index" to "Stage"`, `CA Board: moved "Index" to "Stage"`],
    ["<b>bo</b>ld &amp; &lt;b&gt; &amp;lt; it's", "bold & <b> &lt; it's"],
    ["<p>1</p><p>2</p>\n3<br>4", "1 2 3 4"],
    ["no markup at all", "no markup at all"],
    ["1 < 2", "1 < 2"],
    ["<script>alert(1)</script>", ""],
    ["<b> </b>", ""],
  ])("HTML is shown as plain text: %s", (html, text) => expect(plainText(html)).toBe(text));
});

describe("textAsHtml", () => {
  test.each([
    [`5 < 6 & "quoted"`, null, `5 &lt; 6 &amp; "quoted"`],
    [
      "<b>it's</b>",
      "https://t.example/?a='1'&b=\"2\"",
      "<a href='https://t.example/?a=&#39;1&#39;&amp;b=&quot;2&quot;'>&lt;b&gt;it's&lt;/b&gt;</a>",
    ],
    ["x", "javascript:alert(1)", "x"],
  ])("Text is escaped, and linked only to a safe URL: %s", (text, url, html) =>
    expect(textAsHtml(text, url)).toBe(html),
  );
});

describe("payloads that run scripts", () => {
  test("There are fifty payloads", () => expect(new Set(PAYLOADS).size).toBe(50));

  test.each(PAYLOADS)("The payload is neutralised: %s", async (payload) => {
    for (const html of [
      payload,
      `<a href="${payload}">x</a>`,
      `<a href='${payload}'>x</a>`,
      `<b ${payload}>`,
      `&lt;${payload}`,
    ]) {
      await expectSafe(cleanHtml(html));
    }
    await expectSafe(textAsHtml(payload, `https://ok.example/${payload}`));
    await expectSafe(textAsHtml(plainText(payload), payload));
  });
});

/** Pieces of markup that parsers have handled wrongly, in random order. */
const soup = fc
  .array(
    fc.oneof(
      fc.constantFrom(..."<>\"'=/&#;!-? \n\t`x".split("")),
      fc.constantFrom(
        "<a href=",
        "<a href='",
        '<a href="',
        "</a>",
        "<b",
        "</b>",
        "<code>",
        "<i/",
        "</em >",
        "<A HREF=",
        "<p>",
      ),
      fc.constantFrom(
        "javascript:",
        "https://t.example/",
        "mailto:",
        "data:text/html,",
        "alert(1)",
        " onerror=",
        "src=x",
      ),
      fc.constantFrom("<!--", "-->", "--!>", "<![CDATA[", "]]>", "<?", "<!doctype ", "</", "</!", "<//"),
      fc.constantFrom(
        "<script>",
        "</script",
        "<style>",
        "</style>",
        "<svg>",
        "<math>",
        "<img ",
        "<iframe>",
        "</iframe>",
      ),
      fc.constantFrom(
        "<noscript>",
        "</noscript>",
        "<textarea>",
        "</textarea/>",
        "<xmp>",
        "<title>",
        "<plaintext>",
        "<template>",
      ),
      fc.constantFrom(
        "&lt;",
        "&#60;",
        "&#x3c",
        "&amp;",
        "&quot;",
        "&#39",
        "&colon;",
        "&NewLine;",
        "&#0;",
        "&#xd800;",
        "\u00a0",
      ),
      fc.constantFrom(...PAYLOADS),
      fc.string({ unit: "binary", maxLength: 3 }),
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(""));

describe("random markup", () => {
  test("Cleaned HTML contains only allowed tags and attributes", async () => {
    await fc.assert(
      fc.asyncProperty(soup, async (html) => {
        await expectSafe(cleanHtml(html));
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);

  test("Plain text that is shown as HTML reads as the same plain text", async () => {
    await fc.assert(
      fc.asyncProperty(soup, soup, async (html, url) => {
        const text = plainText(html);
        expect(text.isWellFormed()).toBe(true);
        const shown = textAsHtml(text, `https://ok.example/${url}`);
        await expectSafe(shown);
        expect(plainText(shown)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);
});
