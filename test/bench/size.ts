import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Builds, wrangler } from "./build.ts";
import { interleave } from "./rounds.ts";
import type { Row } from "./row.ts";
import { number } from "./table.ts";

/** The limit of the platform, and the limit for Rollcall, because a new location must first fetch and start the Worker. */
const PLATFORM_KIB = 10_240;
const MAX_GZIP_KIB = 250;
/** The longest start in milliseconds. The platform allows one second. */
const MAX_START_MS = 60;

/** Measures the size and the start of the deployed bundle, and the start of an empty Worker. */
export async function size(builds: Builds, rounds: number): Promise<Row[]> {
  const code = await readFile(builds.rollcall);
  const gzipped = gzipSync(code).length / 1_024;
  const starts = await interleave(rounds, {
    rollcall: () => startOf(builds, "rollcall"),
    empty: () => startOf(builds, "empty"),
  });
  // The work is the same each time, and other processes only add time to it: the minimum is the best estimate.
  const [rollcall, empty] = [Math.min(...starts.rollcall), Math.min(...starts.empty)];
  return [
    {
      what: "bundle, minified and gzipped",
      ...{ measured: `${number(gzipped)} of ${number(code.length / 1_024)} KiB` },
      ...{ against: `${number(PLATFORM_KIB)} KiB allowed` },
      ...{ value: gzipped, unit: "KiB", bound: { atMost: MAX_GZIP_KIB }, usage: null },
    },
    {
      what: "start of the Worker",
      ...{ measured: `${number(rollcall)} ms`, against: `${number(empty)} ms when empty` },
      ...{ value: rollcall, unit: "ms", bound: { atMost: MAX_START_MS }, usage: null },
    },
  ];
}

/** Measures the milliseconds that a bundle works until it has started, with garbage collection, by its CPU profile. */
async function startOf({ directory, bundles }: Builds, name: keyof Builds["bundles"]): Promise<number> {
  const outfile = join(directory, `${name}.cpuprofile`);
  await wrangler("check", "startup", "--workerBundle", bundles[name], "--outfile", outfile);
  const profile = JSON.parse(await readFile(outfile, "utf8")) as Profile;
  const idle = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id),
  );
  // A delta is the time before its sample. The time after a sample counts as work of the function in that sample.
  const microseconds = profile.samples.map((id, n) => (idle.has(id) ? 0 : (profile.timeDeltas[n + 1] ?? 0)));
  return microseconds.reduce((sum, delta) => sum + delta, 0) / 1_000;
}

type Profile = {
  nodes: { id: number; callFrame: { functionName: string } }[];
  samples: number[];
  timeDeltas: number[];
};
