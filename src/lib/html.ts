import sanitize from "sanitize-html";

/** The tags that are kept. */
const INLINE = ["a", "b", "strong", "i", "em", "code"];

/** Tags that become a space: the words of two paragraphs must stay apart. */
const BREAKS = "blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul".split(" ");

/** The schemes that a link may have. A browser reads any text that begins so as a URL of that scheme. */
const LINK = /^(?:https?|mailto):/i;

/** A tag as the sanitiser writes it: `<` appears nowhere else, and no `<`, `>` or `"` appears between double quotes. */
const TAG = /<(\/?)([a-z0-9]+)(?: href="([^"]*)")?(?: \/)?>/g;

/**
 * Reduces HTML to the tags of INLINE on one line, with `a[href]` as the only attribute; `write` writes each tag. The text of
 * other elements is kept, except that of scripts and styles.
 */
function reduce(html: string, write: (close: string, name: string, href: string | undefined) => string): string {
  const reduced = sanitize(html, {
    allowedTags: [...INLINE, ...BREAKS],
    allowedAttributes: { a: ["href"] },
    allowedSchemes: ["http", "https", "mailto"],
    transformTags: {
      a: (tagName, { href = "" }) => ({ tagName, attribs: LINK.test(href.trim()) ? { href: href.trim() } : {} }),
    },
  });
  return (
    reduced
      .replace(TAG, (_, close, name, href) => (INLINE.includes(name) ? write(close, name, href) : " "))
      .replace(/\s+/g, " ")
      .trim()
      // The parser can split a surrogate pair where it reads text as the end of a script.
      .toWellFormed()
  );
}

/**
 * Sanitises HTML from a client, so that it can be shown inside a paragraph: well-formed, with the tags `a` (`href` to http,
 * https or mailto), `b`, `strong`, `i`, `em` and `code` alone, on one line. Attributes have single quotes.
 */
export const cleanHtml = (html: string): string =>
  reduce(html, (close, name, href) => `<${close}${name}${href === undefined ? "" : ` href='${escapeQuotes(href)}'`}>`);

/** Extracts the text of HTML, on one line. */
export const plainText = (html: string): string =>
  reduce(html, () => "")
    // The three entities that the sanitiser writes; the ampersand last, or `&amp;lt;` would become a bracket.
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Writes text as HTML, in the form of `cleanHtml`; with a URL, as a link to it. */
export const textAsHtml = (text: string, url: string | null): string =>
  url !== null && LINK.test(url)
    ? `<a href='${escapeQuotes(escapeText(url))}'>${escapeText(text)}</a>`
    : escapeText(text);

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const escapeQuotes = (html: string): string => html.replaceAll('"', "&quot;").replaceAll("'", "&#39;");
