/**
 * `npm run bench`: what Rollcall takes, in time and in billed rows, against what stands beside it in the same run. Prints one
 * table and writes it as JSON; ends with 1 if a bound is missed. With `--cost`: what a month costs.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { bills, billText, fits } from "./bill.ts";
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
/** Ten rounds are enough for the median to be steady. */
const ROUNDS = quick ? 4 : 10;

const CLOCKS = `Each value is of the median round of ${ROUNDS}, in which both sides took turns. A second is one in which the runtime
worked, by its CPU time where the system tells that (Linux); of live viewers and the start it is one of the wall clock.`;

/** What is measured, each on a runtime and databases of its own. */
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
// Ended by hand, it still leaves nothing behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
const builds = await build();
process.exitCode = (await (values.cost ? tellCost(builds) : tellSpeed(builds))) ? 0 : 1;

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

/** Measures, prints and writes down; says whether every bound is met. */
async function tellSpeed(of: Builds): Promise<boolean> {
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (only !== undefined && only !== name) continue;
    console.error(`measuring ${name} ...`);
    rows.push(...(await measure(of)));
  }
  console.log(`${CLOCKS}\n\n${table(rows)}`);
  await keep(rows.map((row) => ({ ...row, met: isMet(row) })));
  return rows.every(isMet);
}

async function tellCost(of: Builds): Promise<boolean> {
  const costs = await on(workload)(of);
  console.log(billText(costs));
  const all = bills(costs);
  await keep({ ...costs, bills: all });
  return all.every(fits);
}

async function keep(results: unknown): Promise<void> {
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
}
