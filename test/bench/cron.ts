import type { Bench } from "./harness.ts";
import { send } from "./load.ts";
import { median } from "./rounds.ts";
import type { Row, Usage } from "./row.ts";
import { addNewEvents, REFRESH_CRON, refreshAll, subscribeAll } from "./subscriptions.ts";
import { number } from "./table.ts";
import { addTeam, type BenchTeam } from "./team.ts";
import { usageOf } from "./usage.ts";

const PEOPLE = 20;
/** Subscriptions that are refreshed one by one, to compute the time that all of them would need that way. */
const SAMPLE = 50;
/** Queries that one invocation may make on the free plan. Cron must stay within them. */
const MAX_QUERIES = 50;
/** The most time of a run, as a share of the time of refreshing all one by one. */
const MAX_SHARE = 0.25;

/** Measures a run of cron over 10,000 subscriptions of 500 teams, when all have changed and when none has. */
export async function cron(bench: Bench, rounds: number, isQuick: boolean): Promise<Row[]> {
  const teams: BenchTeam[] = [];
  for (let n = 0; n < (isQuick ? 50 : 500); n++) teams.push(await addTeam(bench, PEOPLE));
  const ids = await subscribeAll(bench, teams);
  const count = ids.size;
  await addNewEvents(bench, teams);
  await refreshAll(bench);

  const { timed, metered } = bench.urls;
  const fire = (origin: string) => ({
    ...{ url: `${origin}/bench/cron?cron=${encodeURIComponent(REFRESH_CRON)}`, headers: {}, body: "" },
  });
  const time = async (act: () => Promise<unknown>) => {
    const start = bench.worked();
    await act();
    return bench.worked() - start;
  };
  const [changed, unchanged, single]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    await addNewEvents(bench, teams);
    const sample = teams.slice(0, SAMPLE).map(({ people, asTeam }) => ({
      ...{ url: `${timed}/api/v1/stats-notifications/${ids.get(people[0]!.id)}/refresh`, headers: asTeam, body: "{}" },
    }));
    single.push(
      (await time(async () => {
        for (const ask of sample) await send(ask);
      })) / SAMPLE,
    );
    changed.push(await time(() => send(fire(timed))));
    unchanged.push(await time(() => send(fire(timed))));
  }
  await addNewEvents(bench, teams);
  const usedChanged = await usageOf(fire(metered));
  const usedUnchanged = await usageOf(fire(metered));
  const oneByOne = (median(single) * count) / 1_000;
  const row = (state: string, times: number[], usage: Usage): Row => ({
    what: `cron over ${number(count)} subscriptions, ${state}`,
    measured: `${number(median(times) / 1_000)} s`,
    ...{ against: `${number(oneByOne)} s one by one`, value: median(times) / 1_000 / oneByOne, unit: "x" },
    ...{ bound: { atMost: MAX_SHARE }, usage },
  });
  const queries = (usage: Usage): Row => ({
    ...{ what: "  queries", measured: number(usage.d1Queries), against: `${number(count)} one by one, or more` },
    ...{ value: usage.d1Queries, unit: "queries", bound: { atMost: MAX_QUERIES }, usage: null },
  });
  return [
    row("all changed", changed, usedChanged),
    queries(usedChanged),
    row("none changed", unchanged, usedUnchanged),
    queries(usedUnchanged),
    {
      ...{ what: "  rows written", measured: number(usedUnchanged.d1Written), against: number(usedChanged.d1Written) },
      ...{ value: usedUnchanged.d1Written, unit: "rows", bound: { atMost: 0 }, usage: null },
    },
  ];
}
