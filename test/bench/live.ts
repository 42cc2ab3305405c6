import { beat, clock } from "./beat.ts";
import type { Bench } from "./harness.ts";
import { send } from "./load.ts";
import { interleave, median, percentile, ratioOf } from "./rounds.ts";
import type { Row } from "./row.ts";
import { number } from "./table.ts";
import { addTeam } from "./team.ts";
import { usageOf } from "./usage.ts";
import { openViewers, type Viewers } from "./viewers.ts";

const VIEWERS = 200;
const PEOPLE = 100;
/** Status changes that are sent in a round, one after the other. */
const CHANGES = 10;
/**
 * The most time, as a multiple of that of an object that only broadcasts to 200 viewers. Rollcall also reads the key,
 * validates the update and stores it.
 */
const AT_MOST = { p50: 2, p99: 2.5 };

/** Measures the time from a status change until 200 viewers have it, compared with an object that only broadcasts. */
export async function live(bench: Bench, rounds: number): Promise<Row[]> {
  const team = await addTeam(bench, PEOPLE);
  const [{ timed, metered, baseline }, now] = [bench.urls, clock()];
  const identifier = team.people[0]!.identifier;
  const report = (origin: string, status: string) =>
    beat(team, `${origin}/api/v1/presence`, now(), { [identifier]: status });
  // New people cause messages of their own, so they are created before the viewers connect.
  await send(report(timed, "online"));
  const watching = await openViewers(VIEWERS, `${timed}/api/v1/presence/live`, team.asTeam);
  await watching.await("to know its size", () => send(report(timed, "to know its size")));
  const size = watching.lastFrame().length;
  const bare = await openViewers(VIEWERS, `${baseline}/live`, {});

  let count = 0;
  const changes = async (viewers: Viewers, act: (mark: string) => Promise<unknown>) => {
    const times: number[] = [];
    for (let n = 0; n < CHANGES; n++) {
      const mark = `online, ${++count}.`;
      times.push(...(await viewers.await(mark, () => act(mark))));
    }
    return times;
  };
  const times = await interleave(rounds, {
    rollcall: () => changes(watching, (mark) => send(report(timed, mark))),
    least: () => changes(bare, (mark) => send({ url: `${baseline}/live`, headers: {}, body: mark.padEnd(size, "-") })),
  });
  await Promise.all([watching.close(), bare.close()]);

  await usageOf(report(metered, "online"));
  const used = await usageOf(report(metered, "meeting"));
  const row = (name: "p50" | "p99", share: number): Row => {
    const [rollcall, least] = [times.rollcall, times.least].map((all) => all.map((round) => percentile(round, share)));
    return {
      what: `live: from a change until ${VIEWERS} viewers have it, ${name}`,
      ...{ measured: `${number(median(rollcall!))} ms`, against: `${number(median(least!))} ms` },
      ...{ value: ratioOf(rollcall!, least!), unit: "x", bound: { atMost: AT_MOST[name] }, usage: used },
    };
  };
  return [row("p50", 0.5), row("p99", 0.99)];
}
