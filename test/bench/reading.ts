import type { Bench } from "./harness.ts";
import { addHistory, LARGEST } from "./history.ts";
import { type Ask, send } from "./load.ts";
import { interleave, median, ratioOf } from "./rounds.ts";
import type { Row, Usage } from "./row.ts";
import { settleSnapshots, snapshotPages } from "./snapshot.ts";
import { number } from "./table.ts";
import { addTeam, type BenchTeam } from "./team.ts";
import { usageOf } from "./usage.ts";

const PEOPLE = 25;
/** Requests of each page in a round, one after the other. */
const READINGS = 8;
/** The most time and rows of a page with the longest history, as a multiple of those with the shortest. */
const FLAT = 1.3;

export type History = { size: number; team: BenchTeam };

/** A page to measure. `before` runs before each request, and is not measured. */
export type Page = {
  name: string;
  ask: (team: BenchTeam, origin: string) => Ask;
  before?: (team: BenchTeam) => Promise<unknown>;
};

/** Measures pages with histories of different lengths, one team for each. A longer history must not cost more. */
export async function reading(bench: Bench, rounds: number, isQuick: boolean): Promise<Row[]> {
  const sizes = [1_000, 10_000, 100_000, ...(isQuick ? [] : [LARGEST])];
  const now = Date.now();
  const histories: History[] = [];
  for (const size of sizes) {
    const team = await addTeam(bench, PEOPLE);
    await addHistory(bench, team, size, now);
    histories.push({ size, team });
  }
  await settleSnapshots(bench, histories);
  const rows: Row[] = [];
  for (const page of [...pages(now), ...snapshotPages(bench)]) {
    rows.push(...(await flatness(bench, page, histories, rounds)));
  }
  return rows;
}

function pages(now: number): Page[] {
  const yesterday = new Date(now - 86_400_000).toISOString().slice(0, 10);
  const get = (path: (team: BenchTeam) => string) => (team: BenchTeam, origin: string) => ({
    url: `${origin}/api/v1/${path(team)}`,
    headers: team.asTeam,
  });
  return [
    { name: "statuses", ask: get(() => "statuses") },
    { name: "reports", ask: get(() => "reports") },
    { name: "timeline", ask: get(({ people }) => `people/${people[0]!.id}/timeline?date=${yesterday}`) },
  ];
}

async function flatness(bench: Bench, page: Page, histories: History[], rounds: number): Promise<Row[]> {
  const { name, ask, before = async () => {} } = page;
  const { timed, metered } = bench.urls;
  const timings = histories.map(({ size, team }) => [
    String(size),
    async () => {
      let ms = 0;
      for (let n = 0; n < READINGS; n++) {
        await before(team);
        const start = bench.worked();
        await send(ask(team, timed));
        ms += bench.worked() - start;
      }
      return ms / READINGS;
    },
  ]);
  const times: Record<string, number[]> = await interleave(rounds, Object.fromEntries(timings));
  const usages: Usage[] = [];
  for (const { team } of histories) {
    await before(team);
    usages.push(await usageOf(ask(team, metered)));
  }
  const [first, last] = [times[String(histories[0]!.size)]!, times[String(histories.at(-1)!.size)]!];
  const reads = usages.map(({ d1Read, objectRead }) => d1Read + objectRead);
  const list = (values: number[]) => values.map(number).join(", ");
  return [
    {
      what: `${name} with ${list(histories.map(({ size }) => size))} events stored`,
      measured: `${list(histories.map(({ size }) => median(times[String(size)]!)))} ms`,
      ...{ against: "the fewest events", value: ratioOf(last, first), unit: "x", bound: { atMost: FLAT } },
      usage: usages.at(-1)!,
    },
    {
      what: "  rows read",
      ...{ measured: list(reads), against: "the fewest events", value: reads.at(-1)! / reads[0]!, unit: "x" },
      ...{ bound: { atMost: FLAT }, usage: null },
    },
  ];
}
