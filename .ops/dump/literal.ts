/** Texts as SQL literals: as the export of wrangler writes them, and as they must be written. */

/** Quotes the name of a table or column. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Quotes a text. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The characters that the export replaces, in the order in which it nests the calls of `replace`. */
const SPELLED = [
  { character: "\r", code: 13, spelling: "\\r" },
  { character: "\n", code: 10, spelling: "\\n" },
];

/**
 * Writes a text exactly as the export of wrangler does: `replace('first\nsecond','\n',char(10))`. This is wrong for a text
 * with both a line end and a backslash followed by `n`: loading it makes a line end of each.
 */
export const exportedLiteral = (text: string): string => spell(text, ({ spelling }) => spelling);

/** Writes a text on one line, so that loading it gives the same text. The result is that of the export if that is right. */
export const exactLiteral = (text: string): string => spell(text, (spelled) => unusedSpelling(text, spelled));

/** Whether loading what the export writes for this text gives another text. */
export const isDamaged = (text: string): boolean => exportedLiteral(text) !== exactLiteral(text);

function spell(text: string, spellingOf: (spelled: (typeof SPELLED)[number]) => string): string {
  const present = SPELLED.filter(({ character }) => text.includes(character)).map((spelled) => ({
    ...{ character: spelled.character, code: spelled.code, spelling: spellingOf(spelled) },
  }));
  const plain = present.reduce((rest, { character, spelling }) => rest.replaceAll(character, () => spelling), text);
  return present.reduce(
    (literal, { code, spelling }) => `replace(${literal},'${spelling}',char(${code}))`,
    quoteText(plain),
  );
}

/** Returns a spelling that does not occur in the text, as the SQLite shell chooses it: `\n`, then `(\n0)`, `(\n1)`, ... */
function unusedSpelling(text: string, { spelling }: (typeof SPELLED)[number]): string {
  let candidate = spelling;
  for (let count = 0; text.includes(candidate); count++) candidate = `(${spelling}${count})`;
  return candidate;
}

/** Words that wrangler removes from a file of SQL, even inside a text. */
const REMOVED_WORDS = "BEGIN TRANSACTION";

/** Writes a literal so that wrangler removes no words of it. One call of `replace` covers any number of occurrences. */
export function protectWords(literal: string): string {
  if (!literal.includes(REMOVED_WORDS)) return literal;
  let spelling = REMOVED_WORDS;
  do spelling = spelling.replace("N", "N_");
  while (literal.includes(spelling));
  return `replace(${literal.replaceAll(REMOVED_WORDS, spelling)},'${spelling}','${REMOVED_WORDS.replace(" ", "'||' ")}')`;
}
