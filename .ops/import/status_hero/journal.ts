/** Stores the answers that were read, so that an import that was interrupted continues. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { OperatorError } from "../../wrangler.ts";

/** Answers by path, in a file of JSON lines. The first line names the source. */
export class Journal {
  readonly #file: string;
  readonly #answers = new Map<string, unknown>();

  /** Opens or creates a file. `source` names what is read. Throws if the file has answers of another source. */
  constructor(file: string, source: string) {
    this.#file = file;
    if (!existsSync(file)) {
      writeFileSync(file, `${JSON.stringify({ source })}\n`, { mode: 0o600 });
      return;
    }
    const text = readFileSync(file, "utf8");
    // A process that was killed can leave a part of a line.
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    const [first, ...lines] = complete.split("\n").filter((line) => line !== "");
    if (first !== JSON.stringify({ source }))
      throw new OperatorError(`${file} is not the state of an import of ${source}.`);
    for (const line of lines) {
      const { path, body } = JSON.parse(line) as { path: string; body: unknown };
      this.#answers.set(path, body);
    }
    if (complete !== text) writeFileSync(file, complete);
  }

  /** The number of answers. */
  get size(): number {
    return this.#answers.size;
  }

  /** Returns the answer to a path; undefined if it was not read. */
  get(path: string): unknown {
    return this.#answers.get(path);
  }

  /** Adds an answer. It is in the file when this returns. */
  add(path: string, body: unknown): void {
    appendFileSync(this.#file, `${JSON.stringify({ path, body })}\n`);
    this.#answers.set(path, body);
  }

  /** Removes the file: the next import reads everything again. */
  remove(): void {
    rmSync(this.#file);
  }
}
