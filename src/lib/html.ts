import sanitize from "sanitize-html";

/** The markup that stays in what people write. */
const INLINE = ["a", "b", "strong", "i", "em", "code"];

/** Markup that goes, but ends a word: what stood in two paragraphs must not run together. */
const BREAKS =
  "address article aside blockquote br caption center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split(
    " ",
  );

/** Where a link may lead. A browser takes whatever begins so for a URL of that scheme, so nothing else needs looking at. */
const LINK = /^(?:https?|mailto):/i;

/** A tag as the sanitiser writes it, which writes `<` nowhere else, and in double quotes neither `"`, `<` nor `>`. */
const TAG = /<(\/?)([a-z0-9]+)(?: href="([^"]*)")?(?: \/)?>/g;

/** HTML without what is not INLINE or one of BREAKS; a script's text goes with it, of other elements the text stays. */
const sanitised = (html: string): string =>
  sanitize(html, {
    allowedTags: [...INLINE, ...BREAKS],
    allowedAttributes: { a: ["href"] },
    allowedSchemes: ["http", "https", "mailto"],
    transformTags: {
      a: (tagName, { href = "" }) => ({ tagName, attribs: LINK.test(href.trim()) ? { href: href.trim() } : {} }),
    },
  });

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/**
 * HTML that anybody may have written, made safe to show inside a paragraph: well-formed, of `a` (with `href`, to http, https
 * and mailto only), `b`, `strong`, `i`, `em` and `code`, on one line. Attributes stand in single quotes.
 */
export const cleanHtml = (html: string): string =>
  oneLine(
    sanitised(html).replace(TAG, (_, close: string, name: string, href?: string) => {
      if (!INLINE.includes(name)) return " ";
      return href === undefined ? `<${close}${name}>` : `<${name} href='${href.replaceAll("'", "&#39;")}'>`;
    }),
  );

/** What HTML says, without its markup, on one line. */
export const plainText = (html: string): string =>
  oneLine(
    sanitised(html)
      .replace(TAG, (_, _close: string, name: string) => (INLINE.includes(name) ? "" : " "))
      // The three that the sanitiser writes; the ampersand last, or `&amp;lt;` would turn into a bracket.
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&"),
  );

/** Text as HTML; with a URL, as a link to it, in the form of `cleanHtml`. */
export function textAsHtml(text: string, url: string | null): string {
  const escaped = escape(text);
  return url !== null && LINK.test(url) ? `<a href='${escape(url).replaceAll("'", "&#39;")}'>${escaped}</a>` : escaped;
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
