/**
 * `npm run backup -- [--remote | --persist-to DIR] [--database NAME] FILE`: writes the whole D1 database to a new file,
 * which `npm run restore` loads. The export of wrangler cannot be loaded as it is: it has rows before the tables that they
 * refer to, triggers run while rows are loaded, and some texts are changed.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readArguments, runCommand } from "./command.ts";
import { BackupWriter } from "./dump/backup_file.ts";
import { readSchema, type SchemaObject, tablesParentsFirst } from "./dump/database.ts";
import { findRepairs, repairInsert } from "./dump/repair.ts";
import { splitByTable } from "./dump/split.ts";
import { readStatements } from "./dump/statements.ts";
import { describeTarget, exportRows, OperatorError, type Target, withTemporary } from "./wrangler.ts";

/** A table of SQLite: the last number of each AUTOINCREMENT. Loading rows into other tables adds rows to it. */
const SEQUENCES = "sqlite_sequence";

await runCommand(async () => {
  const { target, positionals } = readArguments(process.argv.slice(2));
  const [file, ...others] = positionals;
  if (!file || others.length > 0) throw new OperatorError("Name one file: npm run backup -- [--remote] FILE");
  const rows = await backUp(target, file);
  console.log(`${file} has ${total(rows)} rows of ${Object.keys(rows).length} tables from ${describeTarget(target)}.`);
});

/** Writes a backup and returns the number of rows of each table. Removes the file if it fails. */
async function backUp(target: Target, file: string): Promise<Record<string, number>> {
  const writer = new BackupWriter(file);
  try {
    await writer.begin(
      `Made at ${new Date().toISOString()} from ${describeTarget(target)}. Load it with npm run restore.`,
    );
    return await withTemporary((directory) => writeBackup(target, writer, directory));
  } catch (error) {
    writer.close();
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new OperatorError(`${file} exists already.`);
    await rm(file, { force: true });
    throw error;
  }
}

async function writeBackup(target: Target, writer: BackupWriter, directory: string): Promise<Record<string, number>> {
  const schema = await readSchema(target);
  const sqlOf = (type: SchemaObject["type"]) =>
    schema.objects.filter((object) => object.type === type).map(({ sql }) => sql);
  const exported = join(directory, "rows.sql");
  await exportRows(target, exported);
  const { files, counts, tablesWithLineEnds } = await splitByTable(exported, directory);
  // Two commands read the schema and the rows. A deployment between them can change the schema.
  if (JSON.stringify(await readSchema(target)) !== JSON.stringify(schema))
    throw new OperatorError("The tables changed while the backup was made. Run it again.");
  const repairs = await findRepairs(target, schema, tablesWithLineEnds);

  const tables = tablesParentsFirst(schema);
  await writer.statement("PRAGMA defer_foreign_keys=TRUE");
  for (const sql of sqlOf("table")) await writer.statement(sql);
  for (const table of tables) {
    for await (const insert of statementsIn(files.get(table)))
      await writer.statement(repairInsert(insert, schema, repairs));
  }
  if (sqlOf("table").some((sql) => /\bAUTOINCREMENT\b/i.test(sql))) {
    await writer.statement(`DELETE FROM ${SEQUENCES}`);
    for await (const insert of statementsIn(files.get(SEQUENCES))) await writer.statement(insert);
  }
  // It is cheaper to create an index when all rows exist. Triggers come last, so that no row runs one.
  for (const sql of [...sqlOf("index"), ...sqlOf("view"), ...sqlOf("trigger")]) await writer.statement(sql);
  const rows = Object.fromEntries(tables.map((table) => [table, counts.get(table) ?? 0]));
  await writer.end(rows);
  return rows;
}

async function* statementsIn(file: string | undefined): AsyncGenerator<string> {
  if (file !== undefined) yield* readStatements(file);
}

function total(rows: Record<string, number>): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}
