import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Builds, wrangler } from "./build.ts";
import { interleave } from "./rounds.ts";
import type { Row } from "./row.ts";
import { number } from "./table.ts";

/** What the platform takes, and what is asked of Rollcall: it has to be fetched and started wherever it is called anew. */
const PLATFORM_KIB = 10_240;
const MAX_GZIP_KIB = 250;
/** Milliseconds; the platform gives a Worker a second. */
const MAX_START_MS = 60;

/** The size and the start of the bundle that is deployed, and the start of one that does next to nothing. */
export async function size(builds: Builds, rounds: number): Promise<Row[]> {
  const code = await readFile(builds.rollcall);
  const gzipped = gzipSync(code).length / 1_024;
  const starts = await interleave(rounds, {
    rollcall: () => startOf(builds, "rollcall"),
    empty: () => startOf(builds, "empty"),
  });
  // Of work that is the same each time the fastest says most: whatever else the machine does only adds to it.
  const [rollcall, empty] = [Math.min(...starts.rollcall), Math.min(...starts.empty)];
  return [
    {
      what: "bundle, minified and gzipped",
      ...{ measured: `${number(gzipped)} of ${number(code.length / 1_024)} KiB` },
      ...{ against: `${number(PLATFORM_KIB)} KiB the platform takes` },
      ...{ value: gzipped, unit: "KiB", bound: { atMost: MAX_GZIP_KIB }, usage: null },
    },
    {
      what: "start of the Worker",
      ...{ measured: `${number(rollcall)} ms`, against: `${number(empty)} ms, an empty one` },
      ...{ value: rollcall, unit: "ms", bound: { atMost: MAX_START_MS }, usage: null },
    },
  ];
}

/** How many milliseconds a bundle works until it is ready, garbage collection included: what its CPU profile says. */
async function startOf({ directory, bundles }: Builds, name: keyof Builds["bundles"]): Promise<number> {
  const outfile = join(directory, `${name}.cpuprofile`);
  await wrangler("check", "startup", "--workerBundle", bundles[name], "--outfile", outfile);
  const profile = JSON.parse(await readFile(outfile, "utf8")) as Profile;
  const idle = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id),
  );
  // A delta leads up to its sample: until the next one, the isolate did what the last one saw.
  const microseconds = profile.samples.map((id, n) => (idle.has(id) ? 0 : (profile.timeDeltas[n + 1] ?? 0)));
  return microseconds.reduce((sum, delta) => sum + delta, 0) / 1_000;
}

type Profile = {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples: number[];
  timeDeltas: number[];
};
