/** Lines of a file of JSON lines: how they are read, and what is wrong with them. */
import { access } from "node:fs/promises";
import type * as z from "zod";
import { zodIssues } from "../../../src/http/body.ts";
import { describeIssues } from "../../../src/lib/failure.ts";
import { parseJson } from "../../../src/lib/json.ts";
import { readLines } from "../../lines.ts";
import { OperatorError } from "../../wrangler.ts";

/** A value and the number of its line, from 1. */
export type Line<T> = { number: number; value: T };
/** Why a line is not imported. */
export type Problem = { number: number; reason: string };

/** Throws if a file cannot be read. */
export const requireReadable = (file: string): Promise<void> =>
  access(file).catch(() => {
    throw new OperatorError(`${file} cannot be read.`);
  });

/** Reads the lines of a file from the line `from` on, in batches of `size`. Skips blank lines. */
export async function* readBatches(file: string, from: number, size: number): AsyncGenerator<Line<string>[]> {
  let batch: Line<string>[] = [];
  let number = 0;
  for await (const value of readLines(file)) {
    number += 1;
    if (number < from || value.trim() === "") continue;
    batch.push({ number, value });
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Parses each line. Invalid lines become problems. */
export function parseLines<T>(lines: Line<string>[], schema: z.ZodType<T>): { valid: Line<T>[]; problems: Problem[] } {
  const valid: Line<T>[] = [];
  const problems: Problem[] = [];
  for (const { number, value } of lines) {
    const parsed = parseLine(value, schema);
    if ("reason" in parsed) problems.push({ number, reason: parsed.reason });
    else valid.push({ number, value: parsed.value });
  }
  return { valid, problems };
}

function parseLine<T>(text: string, schema: z.ZodType<T>): { value: T } | { reason: string } {
  const json = parseText(text);
  if (json === null) return { reason: "is not JSON" };
  if (json.problems.length > 0) {
    return { reason: describeIssues(json.problems.map(({ path, message }) => ({ path: path.join("."), message }))) };
  }
  const read = schema.safeParse(json.value);
  return read.success ? { value: read.data } : { reason: describeIssues(zodIssues(read.error)) };
}

function parseText(text: string): ReturnType<typeof parseJson> | null {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
