/** A fenced block of a Markdown page: the language and the words behind it, and the heading above it. */
export type Block = { language: string; marks: string[]; text: string; heading: string };

/**
 * An example: a command that a page shows, the status that it must answer, and the answer that the page shows.
 * `keeps` names shell variables that later examples use, each with the place of its value in the answer.
 */
export type Example = {
  title: string;
  command: string;
  status: number;
  keeps: [name: string, place: string][];
  answer: Block | undefined;
};

/** Returns the fenced blocks of a page, in order. */
export function blocks(page: string): Block[] {
  let heading = "";
  return [...page.matchAll(/^#+ (?<heading>.*)$|^```(?<info>.*)\n(?<text>[\s\S]*?)^```$/gm)].flatMap(({ groups }) => {
    if (groups!.heading !== undefined) heading = groups!.heading;
    if (groups!.text === undefined) return [];
    const [language = "", ...marks] = groups!.info!.split(" ");
    return [{ language, marks, text: groups!.text, heading }];
  });
}

/** Returns the one block of a page that has a mark, such as `sh hook`. Throws where there is none or there are several. */
export function blockMarked(page: string, mark: string): Block {
  const [block, ...others] = blocks(page).filter(({ marks }) => marks[0] === mark);
  if (!block || others.length > 0) throw new Error(`the page must have one block with the mark "${mark}"`);
  return block;
}

const ANSWERS = ["json", "csv", "prometheus"];

/**
 * Returns the blocks marked `sh example`. Behind the mark come the status, where it is not 200, and the values to keep, such
 * as `TEAM_ID=team.id`. The JSON, CSV or OpenMetrics block that follows is the answer.
 */
export function examples(page: string): Example[] {
  const all = blocks(page);
  return all.flatMap((block, index) => {
    if (block.language !== "sh" || block.marks[0] !== "example") return [];
    const next = all[index + 1];
    const words = block.marks.slice(1);
    return {
      title: `${block.heading}, block ${index + 1}`,
      command: block.text,
      status: Number(words.find((word) => /^\d+$/.test(word)) ?? 200),
      keeps: words.filter((word) => word.includes("=")).map((word) => word.split("=", 2) as [string, string]),
      answer: next && ANSWERS.includes(next.language) ? next : undefined,
    };
  });
}

/** Returns the text of a page without its fenced blocks. */
export const prose = (page: string): string => page.replaceAll(/^```.*\n[\s\S]*?^```$/gm, "");

/** Returns the targets of a page's links and pictures, in order. Code is left out. */
export const links = (page: string): string[] =>
  [
    ...prose(page)
      .replaceAll(/`[^`\n]*`/g, "")
      .matchAll(/\]\((?<target>[^)\s]+)\)/g),
  ].map(({ groups }) => groups!.target!);

/** Returns the anchors of a page's headings, as GitHub makes them: a heading that comes again gets a number. */
export function anchors(page: string): string[] {
  const seen = new Map<string, number>();
  return [...prose(page).matchAll(/^#+ (?<heading>.*)$/gm)].map(({ groups }) => {
    const base = anchor(groups!.heading!);
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    return count === 0 ? base : `${base}-${count}`;
  });
}

const anchor = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
