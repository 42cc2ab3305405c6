/** Reads text files line by line. */
import { createReadStream } from "node:fs";

/** Reads lines that end with a line feed. `node:readline` also ends a line at U+2028, which can be part of a text. */
export async function* readLines(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
