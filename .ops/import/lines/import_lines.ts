/** `npm run import -- events FILE` and `blocks FILE`: writes the history of any tool, from a file of JSON lines. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { bumpDirectoryVersion } from "../../../src/people/store.ts";
import type { Parsed } from "../../command.ts";
import { executeFile, OperatorError, query, type Target, withTemporary } from "../../wrangler.ts";
import { findDestinationWithIntegration } from "../destination.ts";
import { optionError } from "../options.ts";
import { inlined } from "../sql.ts";
import type { LineDestination, LineFormat } from "./format.ts";
import { type Problem, parseLines, readBatches, requireReadable } from "./line.ts";

/** The options beside those that select the database. */
export const LINES_OPTIONS = {
  into: { type: "string" },
  integration: { type: "string" },
  "from-line": { type: "string" },
} as const;

const optionsSchema = z.object({
  into: z.string("must be given: the slug or id of a team").min(1, "must not be empty"),
  integration: z.string().min(1, "must not be empty").optional(),
  "from-line": z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .default(1),
});

/** The most problems that are printed. */
const MAX_SHOWN = 100;

/** Imports a file of lines. Imports valid lines also if others are invalid; throws at the end if any was. */
export async function importLines<T>(format: LineFormat<T>, { target, positionals, values }: Parsed): Promise<void> {
  const [file, ...others] = positionals;
  if (!file || others.length > 0) throw new OperatorError("Name one file of JSON lines.");
  const read = optionsSchema.safeParse(values);
  if (!read.success) throw optionError(read.error);
  const { into, integration, "from-line": from } = read.data;
  if (format.needsIntegration && integration === undefined)
    throw new OperatorError("--integration must be given: the id or name of an integration of the team");
  await requireReadable(file);
  const to = await findDestinationWithIntegration(target, into, integration);

  const before = await count(target, format, to);
  let lines = 0;
  let bad = 0;
  for await (const batch of readBatches(file, from, format.batchSize)) {
    const { valid, problems } = parseLines(batch, format.schema);
    problems.push(...(await write(target, format, to, valid)));
    show(problems, bad);
    bad += problems.length;
    lines += batch.length;
    console.log(`  ${lines} lines read, up to line ${batch.at(-1)!.number}`);
  }
  const written = (await count(target, format, to)) - before;
  console.log(`${lines} lines read, ${written} ${format.counted} in ${to.slug}, ${bad} lines with an error`);
  if (bad > 0)
    throw new OperatorError(
      "Some lines were not imported. Correct them and run the command again: nothing is doubled.",
    );
}

/** Writes lines in one transaction, and returns those that cannot be written. */
async function write<T>(
  target: Target,
  format: LineFormat<T>,
  to: LineDestination,
  lines: Parameters<LineFormat<T>["prepare"]>[0],
): Promise<Problem[]> {
  const { statements, problems } = await format.prepare(lines, to, Date.now());
  if (statements.length === 0) return problems;
  await withTemporary(async (directory) => {
    const path = join(directory, "import.sql");
    // The team objects must read the people that these lines name.
    await writeFile(path, [...statements, inlined(bumpDirectoryVersion(to))].join("\n"), { mode: 0o600 });
    await executeFile(target, path);
  });
  const rejected = new Set(problems.map(({ number }) => number));
  const sent = lines.filter(({ number }) => !rejected.has(number));
  return [...problems, ...(await format.findRefused(target, sent, to))];
}

/** Prints problems in the order of their lines. `shown` is how many were printed before. */
function show(problems: Problem[], shown: number): void {
  const sorted = problems.toSorted((a, b) => a.number - b.number);
  for (const { number, reason } of sorted.slice(0, Math.max(0, MAX_SHOWN - shown)))
    console.error(`line ${number}: ${reason}`);
  if (shown < MAX_SHOWN && shown + sorted.length > MAX_SHOWN) console.error("Further lines with errors are not shown.");
}

async function count<T>(target: Target, format: LineFormat<T>, to: LineDestination): Promise<number> {
  const [[row] = []] = await query(target, format.count(to));
  return Number(row!.count);
}
