/**
 * `npm run bench`: measures time and billed rows of Rollcall, compared with other Workers in the same run. Prints one table
 * and writes it as JSON. Exits with 1 if a bound is missed. With `--cost` it computes the bill of a month.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { bills, billText, isWithinPlan } from "./bill.ts";
import { type Builds, build } from "./build.ts";
import { cron } from "./cron.ts";
import { events } from "./events.ts";
import { type Bench, startBench } from "./harness.ts";
import { heartbeat } from "./heartbeat.ts";
import { live } from "./live.ts";
import { reading } from "./reading.ts";
import { isMet, type Row } from "./row.ts";
import { size } from "./size.ts";
import { table } from "./table.ts";
import { workload } from "./workload.ts";

const USAGE = `npm run bench -- [--only heartbeat|events|live|reading|cron|size] [--quick] [--json FILE] [--cost]`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "string", default: ".wrangler/bench.json" },
    cost: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const { quick, json, only } = values;
/** With ten rounds the median varies little. */
const ROUNDS = quick ? 4 : 10;

const CLOCKS = `Each value is the median of ${ROUNDS} rounds. In each round, both sides are measured one after the other. Seconds are CPU
time of the runtime on Linux, and wall-clock time on other systems. For live viewers they are always wall-clock time.`;

/** The groups of measurements. Each runs on its own runtime and databases. */
const GROUPS: Record<string, (builds: Builds) => Promise<Row[]>> = {
  heartbeat: on((bench) => heartbeat(bench, ROUNDS)),
  events: on((bench) => events(bench, ROUNDS)),
  live: on((bench) => live(bench, ROUNDS)),
  reading: on((bench) => reading(bench, ROUNDS, quick)),
  cron: on((bench) => cron(bench, ROUNDS, quick)),
  size: (builds) => size(builds, ROUNDS),
};

if (values.help || (only !== undefined && !GROUPS[only])) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
// `process.exit` runs the exit handlers that remove temporary folders.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
const builds = await build();
process.exitCode = (await (values.cost ? reportCost(builds) : reportSpeed(builds))) ? 0 : 1;

function on<T>(measure: (bench: Bench) => Promise<T>): (builds: Builds) => Promise<T> {
  return async (of) => {
    const bench = await startBench(of);
    try {
      return await measure(bench);
    } finally {
      await bench.stop();
    }
  };
}

/** Measures, prints the table and writes it as JSON. Returns whether every bound is met. */
async function reportSpeed(of: Builds): Promise<boolean> {
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (only !== undefined && only !== name) continue;
    console.error(`measuring ${name} ...`);
    rows.push(...(await measure(of)));
  }
  console.log(`${CLOCKS}\n\n${table(rows)}`);
  await writeResults(rows.map((row) => ({ ...row, met: isMet(row) })));
  return rows.every(isMet);
}

async function reportCost(of: Builds): Promise<boolean> {
  const costs = await on(workload)(of);
  console.log(billText(costs));
  const all = bills(costs);
  await writeResults({ ...costs, bills: all });
  return all.every(isWithinPlan);
}

async function writeResults(results: unknown): Promise<void> {
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
}
