/** Something that JSON allows and a body must not contain, and the path to it. */
export type JsonProblem = { path: (string | number)[]; message: string };

/** Levels of arrays and objects; the deepest document of the three contracts needs 5. */
const MAX_DEPTH = 64;
/** Enough to correct a body, and a bound on the work that a hostile body causes. */
const MAX_PROBLEMS = 100;
/** Characters of a key shown in a path: 100 problems under a 1 MB key must not make a 100 MB answer. */
const MAX_KEY_LENGTH = 100;
/**
 * Matches an escaped NUL, a high surrogate without a low one after it, and a low one without a high one before it. After an
 * escaped backslash it may also match harmless text: that costs time, because the text is then read token by token.
 */
const SUSPECT_ESCAPE = /\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]|\\\\u[dD]/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Parses JSON and reports what JSON.parse would drop or change, or storage would: duplicate keys (JSON.parse takes the last),
 * integers beyond 2^53 - 1 (it rounds them) and numbers that it reads as infinite, strings with a lone surrogate or a NUL (D1
 * alters them), and nesting deeper than 64 levels (deeper levels are not read).
 * After 100 problems only the first of each `root[key]` is reported, so that all bad items of a batch are known; keys are
 * cut to 100 characters in paths. Throws a SyntaxError where the text is not JSON.
 */
export function parseJson(text: string): { value: unknown; problems: JsonProblem[] } {
  const value: unknown = JSON.parse(text);
  // Most bodies contain no escapes, and a plain search is several times faster than the pattern.
  const suspect = !text.isWellFormed() || (text.includes("\\u") && SUSPECT_ESCAPE.test(text));
  const sound = !suspect && countKeys(value) === countWrittenKeys(text);
  return { value, problems: sound ? [] : findProblems(text) };
}

/**
 * Counts the keys of all objects in the tree; -1 where it is too deep, or has a number that may have been changed. It goes
 * level by level: recursion could overflow.
 */
function countKeys(root: unknown): number {
  let keys = 0;
  if (isUnsafe(root)) return -1;
  let level = isTree(root) ? [root] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return -1;
    const next: Tree[] = [];
    for (const tree of level) {
      if (Array.isArray(tree)) {
        for (const child of tree) {
          if (isTree(child)) next.push(child);
          else if (isUnsafe(child)) return -1;
        }
      } else {
        // for-in makes no array of keys; JSON.parse's objects inherit nothing enumerable, and own their `__proto__`.
        for (const key in tree) {
          keys++;
          const child = tree[key];
          if (isTree(child)) next.push(child);
          else if (isUnsafe(child)) return -1;
        }
      }
    }
    level = next;
  }
  return keys;
}

type Tree = unknown[] | Record<string, unknown>;

/** Whether a value is a number beyond 2^53 - 1. How it was written decides whether it was changed: see `numberProblem`. */
const isUnsafe = (value: unknown): boolean => typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

/**
 * Counts the colons of the text that follow an unescaped quote. These are the written keys, and also strings that begin with
 * a colon, such as ":coffee:". A count above the keys of the tree means a lost duplicate or such a string; then the text is
 * read token by token.
 */
function countWrittenKeys(text: string): number {
  let count = 0;
  // indexOf is much faster than a loop over characters.
  for (let colon = text.indexOf(":"); colon >= 0; colon = text.indexOf(":", colon + 1)) {
    let quote = colon - 1;
    while (isBlank(text.charCodeAt(quote))) quote--;
    if (text.charCodeAt(quote) === QUOTE && !isEscaped(text, quote)) count++;
  }
  return count;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Reads valid JSON token by token, and reports the path of each problem. */
function findProblems(text: string): JsonProblem[] {
  const problems: JsonProblem[] = [];
  // One entry per open container: an object's keys and how often each was seen, or null for an array.
  const open: (Map<string, number> | null)[] = [];
  const path: (string | number)[] = [];
  const report = (message: string) => {
    const place = path.map(shorten);
    const last = problems.at(-1)?.path;
    if (problems.length >= MAX_PROBLEMS && last?.[0] === place[0] && last?.[1] === place[1]) return;
    problems.push({ path: place, message });
  };
  let keyNext = false;
  let tooDeep = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    const keys = open.at(-1);
    if (char === '"') {
      const end = stringEnd(text, at);
      if (tooDeep === 0) {
        const string = unquote(text, at, end);
        if (keys && keyNext) {
          path[path.length - 1] = string;
          const seen = (keys.get(string) ?? 0) + 1;
          keys.set(string, seen);
          if (seen === 2) report("Duplicate key");
        }
        const kind = keys && keyNext ? "Key" : "String";
        if (!string.isWellFormed()) report(`${kind} holds a lone surrogate`);
        if (string.includes("\0")) report(`${kind} holds a NUL character`);
        keyNext = false;
      }
      at = end;
    } else if (char === "{" || char === "[") {
      if (tooDeep > 0 || open.length === MAX_DEPTH) {
        if (tooDeep++ === 0) report(`Nested deeper than ${MAX_DEPTH} levels`);
      } else {
        open.push(char === "{" ? new Map() : null);
        path.push(0);
        keyNext = char === "{";
      }
    } else if (char === "}" || char === "]") {
      if (tooDeep > 0) {
        tooDeep--;
      } else {
        open.pop();
        path.pop();
        keyNext = false;
      }
    } else if (tooDeep === 0 && isNumberPart(text.charCodeAt(at))) {
      const end = numberEnd(text, at);
      const message = numberProblem(text.slice(at, end));
      if (message !== null) report(message);
      at = end - 1;
    } else if (char === "," && tooDeep === 0) {
      keyNext = keys !== null;
      if (keys === null) path[path.length - 1] = Number(path.at(-1)) + 1;
    }
  }
  return problems;
}

/** Whether a character is part of a number, and outside of strings of nothing else: a sign or a digit. */
const isNumberPart = (code: number): boolean => code === MINUS || (code >= ZERO && code <= NINE);

/** Finds the end of the number that starts at `start`: JSON follows it with a blank, a comma or a bracket. */
function numberEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !isBlank(text.charCodeAt(end)) && !",]}".includes(text[end]!)) end++;
  return end;
}

/** Says what JSON.parse loses of a number; null where it loses nothing. 1e20 is no integer as it is written, and stays. */
function numberProblem(written: string): string | null {
  const value = Number(written);
  if (!Number.isFinite(value)) return "Number too large";
  const isInteger = !/[.eE]/.test(written);
  return isInteger && isUnsafe(value) ? "Integer beyond 2^53 - 1: send it as a string" : null;
}

/** Finds the closing quote of the string that starts at `start`. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

/** Whether an odd number of backslashes precedes the character at `at`. */
function isEscaped(text: string, at: number): boolean {
  let slash = at - 1;
  while (text.charCodeAt(slash) === BACKSLASH) slash--;
  return (at - slash) % 2 === 0;
}

function unquote(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes("\\") ? (JSON.parse(text.slice(start, end + 1)) as string) : raw;
}

function shorten(step: string | number): string | number {
  return typeof step === "string" && step.length > MAX_KEY_LENGTH ? `${step.slice(0, MAX_KEY_LENGTH)}…` : step;
}
