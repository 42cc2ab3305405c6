/** The format of a backup: one file of SQL statements, to be executed in their order. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { OperatorError } from "../wrangler.ts";

/** The first line of every backup. */
const FIRST_LINE = "-- Rollcall backup, format 1";
/** How the last line begins. It shows that the file is complete and unchanged. */
const LAST_LINE = "-- End of the backup: ";
/** The last line is searched in this many bytes at the end of a file. */
const TAIL = 65_536;
/** D1 refuses longer statements. */
const MAX_STATEMENT_BYTES = 100_000;

/** The content of the last line: the rows of each table, and a digest of all lines before it. */
export type Summary = { rows: Record<string, number>; sha256: string };

/** Writes a backup statement by statement. */
export class BackupWriter {
  readonly #stream;
  readonly #hash = createHash("sha256");

  /** Creates the file. `begin` fails if it exists already. */
  constructor(file: string) {
    this.#stream = createWriteStream(file, { flags: "wx", mode: 0o600 });
    this.#stream.on("error", () => {});
  }

  /** Writes the first line and a comment. */
  async begin(comment: string): Promise<void> {
    await this.#write(`${FIRST_LINE}\n-- ${comment}\n`);
  }

  /** Writes one statement. Throws if it is longer than D1 accepts. */
  async statement(sql: string): Promise<void> {
    if (Buffer.byteLength(sql) > MAX_STATEMENT_BYTES)
      throw new OperatorError(`A row is too large to be restored: ${sql.slice(0, 120)}...`);
    await this.#write(sql.endsWith(";") ? `${sql}\n` : `${sql};\n`);
  }

  /** Writes the last line and closes the file. */
  async end(rows: Summary["rows"]): Promise<void> {
    const summary: Summary = { rows, sha256: this.#hash.digest("hex") };
    this.#stream.end(`${LAST_LINE}${JSON.stringify(summary)}\n`);
    await finished(this.#stream);
  }

  /** Closes the file before it is complete. */
  close(): void {
    this.#stream.destroy();
  }

  async #write(text: string): Promise<void> {
    this.#hash.update(text);
    if (this.#stream.errored) throw this.#stream.errored;
    await new Promise<void>((resolve, reject) =>
      this.#stream.write(text, (error) => (error ? reject(error) : resolve())),
    );
  }
}

/** Checks that a file is a complete, unchanged backup, and returns its summary. */
export async function readSummary(file: string): Promise<Summary> {
  const { text, start } = await lastLine(file);
  const isBackup = (await firstBytes(file)) === FIRST_LINE;
  if (!isBackup) throw new OperatorError(`${file} is not a backup of Rollcall.`);
  if (!text.startsWith(LAST_LINE)) throw new OperatorError(`${file} is not complete: its last line is missing.`);
  const summary = JSON.parse(text.slice(LAST_LINE.length)) as Summary;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { end: start - 1 })) hash.update(chunk);
  if (hash.digest("hex") !== summary.sha256) throw new OperatorError(`${file} was changed after the backup was made.`);
  return summary;
}

async function firstBytes(file: string): Promise<string> {
  const handle = await openFile(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(FIRST_LINE.length), 0, FIRST_LINE.length, 0);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await handle.close();
  }
}

/** Returns the last line of a file without its line end, and the byte at which it starts. */
async function lastLine(file: string): Promise<{ text: string; start: number }> {
  const handle = await openFile(file);
  try {
    const { size } = await stat(file);
    const from = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL), 0, TAIL, from);
    const tail = buffer.subarray(0, bytesRead);
    const start = tail.subarray(0, -1).lastIndexOf("\n") + 1;
    return { text: tail.subarray(start).toString().trimEnd(), start: from + start };
  } finally {
    await handle.close();
  }
}

async function openFile(file: string) {
  try {
    return await open(file);
  } catch {
    throw new OperatorError(`${file} cannot be read.`);
  }
}
