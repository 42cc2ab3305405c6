/** Splits the export of wrangler into one file for each table, so that tables can be loaded in another order. */
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { insertedInto, readStatements } from "./statements.ts";

/** The exported rows: the file and the number of rows of each table. */
export type SplitExport = {
  files: Map<string, string>;
  counts: Map<string, number>;
  /** Tables with texts in which the export has written line ends as `\n`. */
  tablesWithLineEnds: Set<string>;
};

/** Splits an exported file into files in `directory`. */
export async function splitByTable(exported: string, directory: string): Promise<SplitExport> {
  const split: SplitExport = { files: new Map(), counts: new Map(), tablesWithLineEnds: new Set() };
  let stream: WriteStream | undefined;
  let current: string | undefined;
  for await (const statement of readStatements(exported)) {
    const table = insertedInto(statement);
    if (table === undefined) continue;
    if (table !== current) {
      await close(stream);
      stream = append(split.files, table, directory);
      current = table;
    }
    if (!stream!.write(`${statement}\n`)) await once(stream!, "drain");
    split.counts.set(table, (split.counts.get(table) ?? 0) + 1);
    if (statement.includes("replace(")) split.tablesWithLineEnds.add(table);
  }
  await close(stream);
  return split;
}

function append(files: Map<string, string>, table: string, directory: string): WriteStream {
  const path = files.get(table) ?? join(directory, `${files.size}.sql`);
  files.set(table, path);
  return createWriteStream(path, { flags: "a" });
}

async function close(stream: WriteStream | undefined): Promise<void> {
  stream?.end();
  if (stream) await finished(stream);
}
