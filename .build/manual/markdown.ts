import { Marked, Renderer, type Token, type Tokens } from "marked";

export type Heading = { depth: number; text: string; id: string };

/** A page as HTML, and what other pages need to know of it. */
export type Rendered = { title: string; html: string; headings: Heading[] };

/** Turns the address of a link or an image, as the page has it, into the one to serve; null if it is not served. */
export type Resolve = (address: string) => string | null;

/** Renders a page of GitHub Markdown. Its first heading is the title. HTML in it is trusted. */
export function renderMarkdown(markdown: string, resolve: Resolve): Rendered {
  const renderer = new PageRenderer(resolve);
  const html = new Marked().parse(markdown, { renderer, gfm: true, async: false });
  return { title: renderer.headings[0]?.text ?? "", html, headings: renderer.headings };
}

/** Writes what GitHub adds to Markdown, and makes what is wider than the page scroll inside it, by keyboard too. */
class PageRenderer extends Renderer {
  readonly headings: Heading[] = [];
  readonly #resolve: Resolve;
  readonly #ids = new Map<string, number>();
  #tables = 0;

  constructor(resolve: Resolve) {
    super();
    this.#resolve = resolve;
  }

  override heading({ tokens, depth }: Tokens.Heading): string {
    const text = plainText(tokens);
    const id = this.#newId(text);
    this.headings.push({ depth, text, id });
    const inner = this.parser.parseInline(tokens);
    const content = depth === 1 ? inner : `<a href="#${id}">${inner}</a>`;
    return `<h${depth} id="${id}">${content}</h${depth}>\n`;
  }

  override link({ href, tokens }: Tokens.Link): string {
    const address = this.#resolve(href);
    const inner = this.parser.parseInline(tokens);
    return address === null ? inner : `<a href="${escapeHtml(address)}">${inner}</a>`;
  }

  override image({ href, text }: Tokens.Image): string {
    return `<img src="${escapeHtml(this.#resolve(href) ?? href)}" alt="${escapeHtml(text)}">`;
  }

  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    return text.replaceAll(/\b(src|srcset|href)="([^"]*)"/g, (_, name: string, address: string) => {
      return `${name}="${this.#resolve(address) ?? address}"`;
    });
  }

  override code({ text, lang }: Tokens.Code): string {
    // Behind the language are marks for the tests that run the examples.
    const [language] = lang?.match(/^\w+/) ?? ["text"];
    return `<pre tabindex="0"><code class="language-${language}">${escapeHtml(text)}\n</code></pre>\n`;
  }

  override table(token: Tokens.Table): string {
    this.#tables++;
    const label = escapeHtml(`Table ${this.#tables}: ${this.headings.at(-1)?.text ?? ""}`);
    return `<div class="table" role="region" aria-label="${label}" tabindex="0">${super.table(token)}</div>\n`;
  }

  override tablecell(token: Tokens.TableCell): string {
    // A head without text heads nothing.
    return super.tablecell({ ...token, header: token.header && token.text !== "" });
  }

  /** A quote that begins with `[!NOTE]`, or another kind, is an alert on GitHub. */
  override blockquote(token: Tokens.Blockquote): string {
    const html = this.parser.parse(token.tokens);
    const kind = /^<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*/.exec(html);
    if (!kind) return `<blockquote>\n${html}</blockquote>\n`;
    const [mark, word] = [kind[0], kind[1]!];
    const name = word[0] + word.slice(1).toLowerCase();
    return `<aside class="alert ${word.toLowerCase()}"><p><strong>${name}</strong></p>\n<p>${html.slice(mark.length)}</aside>\n`;
  }

  /** Makes the id that GitHub gives a heading; a repeated one gets a number. */
  #newId(text: string): string {
    const id = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
      .replaceAll(" ", "-");
    const repeated = this.#ids.get(id) ?? 0;
    this.#ids.set(id, repeated + 1);
    return repeated ? `${id}-${repeated}` : id;
  }
}

/** Returns the text of inline Markdown without its marks. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === "html") return "";
      if ("tokens" in token && token.tokens) return plainText(token.tokens);
      return "text" in token ? String(token.text) : token.raw;
    })
    .join("");
}

/** Escapes text for HTML, also inside an attribute's double quotes. */
export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
