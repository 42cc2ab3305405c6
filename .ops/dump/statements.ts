/** Reads the `INSERT` statements that the export of wrangler writes. */
import { readLines } from "../lines.ts";

const INSERT = /^INSERT INTO (?:"(?<quoted>(?:[^"]|"")+)"|(?<plain>\w+))/;

/** Reads the statements of a file one after another. A statement has line ends only inside quotes. */
export async function* readStatements(file: string): AsyncGenerator<string> {
  let statement = "";
  for await (const line of readLines(file)) {
    statement = statement === "" ? line : `${statement}\n${line}`;
    const isComplete = /;\s*$/.test(statement.slice(-10)) && (statement.match(/'/g)?.length ?? 0) % 2 === 0;
    if (!isComplete) continue;
    yield statement.trimEnd();
    statement = "";
  }
  if (statement.trim() !== "") throw new Error(`the export ends within a statement: ${statement.slice(0, 80)}`);
}

/** Returns the table that a statement inserts into; undefined if it is another statement. */
export function insertedInto(statement: string): string | undefined {
  const { quoted, plain } = INSERT.exec(statement)?.groups ?? {};
  return quoted?.replaceAll('""', '"') ?? plain;
}

/** Splits an `INSERT` with column names into the text before its values and the literal of each value. */
export function splitInsert(statement: string): { head: string; columns: string[]; values: string[] } {
  const match = /^(?<head>INSERT INTO "(?:[^"]|"")+" \((?<columns>[^)]+)\) VALUES ?\()(?<values>[\s\S]*)\);$/.exec(
    statement,
  );
  if (!match) throw new Error(`the export has a statement of an unknown form: ${statement.slice(0, 80)}`);
  const { head, columns, values } = match.groups as { head: string; columns: string; values: string };
  return {
    head,
    columns: columns.split(",").map((name) => name.trim().replace(/^"|"$/g, "")),
    values: splitValues(values),
  };
}

/** Splits a list of literals at the commas that are in no quotes and no parentheses. */
function splitValues(list: string): string[] {
  const values: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < list.length; index++) {
    const character = list[index];
    // Two quotes inside a text are read as the end of one text and the start of another: the result is the same.
    if (character === "'") index = list.indexOf("'", index + 1);
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (character === "," && depth === 0) {
      values.push(list.slice(start, index));
      start = index + 1;
    }
  }
  return [...values, list.slice(start)];
}
