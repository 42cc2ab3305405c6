/** A fenced block of a Markdown page: the language and the words behind it, and the heading it stands under. */
export type Block = { language: string; marks: string[]; text: string; heading: string };

/** An example: a command that the page shows, the status it must bring, and what the page shows as its answer. */
export type Example = { title: string; command: string; status: number; answer: Block | undefined };

/** The fenced blocks of a page, in order. */
export function blocks(page: string): Block[] {
  let heading = "";
  return [...page.matchAll(/^#+ (?<heading>.*)$|^```(?<info>.*)\n(?<text>[\s\S]*?)^```$/gm)].flatMap(({ groups }) => {
    if (groups!.heading !== undefined) heading = groups!.heading;
    if (groups!.text === undefined) return [];
    const [language = "", ...marks] = groups!.info!.split(" ");
    return [{ language, marks, text: groups!.text, heading }];
  });
}

/** The blocks marked `sh example`, with a status where it is not 200; the JSON, CSV or OpenMetrics right behind one is its answer. */
export function examples(page: string): Example[] {
  const all = blocks(page);
  return all.flatMap((block, index) => {
    if (block.language !== "sh" || block.marks[0] !== "example") return [];
    const next = all[index + 1];
    return {
      title: `${block.heading}, block ${index + 1}`,
      command: block.text,
      status: Number(block.marks[1] ?? 200),
      answer: next && ["json", "csv", "openmetrics"].includes(next.language) ? next : undefined,
    };
  });
}
