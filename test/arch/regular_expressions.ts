import { type Module, walk } from "./module.ts";

/** Lists the regular expressions of a file as they are written. `new RegExp` is reported too: nothing can cover it. */
export function regularExpressions({ program, text, path }: Module): string[] {
  const found: string[] = [];
  walk(program, (node) => {
    if (node.type === "Literal" && node.regex) found.push(text.slice(node.start, node.end));
    if (node.type === "Identifier" && node.name === "RegExp") found.push(`RegExp in ${path}`);
  });
  return found;
}

/** An input that makes a pattern work hard: a start, a part that is repeated, an end. */
export type Hostile = [start: string, repeated: string, end: string];

const MEBIBYTE = 1_048_576;
const FIRST_SIZE = 1_024;
/** Generous: a linear search of 1 MiB takes milliseconds, and a quadratic one minutes. */
const MAX_MS = 2_000;

/**
 * Runs a search over growing inputs up to 1 MiB, and returns the size of the first input that took two seconds or more in
 * three runs; null where none did. It grows by doubling, so that a slow search ends soon after that.
 */
export function slowSize([start, repeated, end]: Hostile, search: (text: string) => unknown): number | null {
  for (let size = FIRST_SIZE; size <= MEBIBYTE; size *= 2) {
    const text = start + repeated.repeat(Math.ceil(size / repeated.length)) + end;
    if (isSlow(() => search(text))) return size;
  }
  return null;
}

function isSlow(run: () => unknown): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    const startedAt = performance.now();
    run();
    if (performance.now() - startedAt < MAX_MS) return false;
  }
  return true;
}
