import sanitize from "sanitize-html";

/** The markup that stays in what people write. */
const INLINE = ["a", "b", "strong", "i", "em", "code"];

/** Markup that goes, but ends a word: what stood in two paragraphs must not run together. */
const BREAKS = "blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr ul".split(" ");

/** Where a link may lead. A browser takes whatever begins so for a URL of that scheme, so nothing else needs looking at. */
const LINK = /^(?:https?|mailto):/i;

/** A tag as the sanitiser writes it: it writes `<` nowhere else, and neither `<` nor `>` nor `"` between double quotes. */
const TAG = /<(\/?)([a-z0-9]+)(?: href="([^"]*)")?(?: \/)?>/g;

/**
 * HTML of INLINE, with `a[href]` the only attribute, on one line; `write` says how each tag is written. A script's text goes
 * with it, of other elements the text stays.
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
      // The parser can tear a character in two where it takes a text for the end of a script.
      .toWellFormed()
  );
}

/**
 * HTML that anybody may have written, made safe to show inside a paragraph: well-formed, of `a` (with `href`, to http, https
 * and mailto only), `b`, `strong`, `i`, `em` and `code`, on one line. Attributes stand in single quotes.
 */
export const cleanHtml = (html: string): string =>
  reduce(html, (close, name, href) => `<${close}${name}${href === undefined ? "" : ` href='${escapeQuotes(href)}'`}>`);

/** What HTML says, without its markup, on one line. */
export const plainText = (html: string): string =>
  reduce(html, () => "")
    // The three that the sanitiser writes; the ampersand last, or `&amp;lt;` would turn into a bracket.
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Text as HTML, in the form of `cleanHtml`; with a URL, all of it links there. */
export const textAsHtml = (text: string, url: string | null): string =>
  url !== null && LINK.test(url)
    ? `<a href='${escapeQuotes(escapeText(url))}'>${escapeText(text)}</a>`
    : escapeText(text);

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const escapeQuotes = (html: string): string => html.replaceAll('"', "&quot;").replaceAll("'", "&#39;");
