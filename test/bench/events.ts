import type { Bench } from "./harness.ts";
import { type Ask, throughput } from "./load.ts";
import { interleave, median, ratioOf } from "./rounds.ts";
import type { Row } from "./row.ts";
import { number } from "./table.ts";
import { addTeam, type BenchTeam } from "./team.ts";
import { usageOf } from "./usage.ts";

/** Events in a batch: the most that one request may have. */
const BATCH = 1_000;
/** The number of concurrent requests, and how long each variant sends in a round, in milliseconds. */
const LOAD = { senders: 2, forMs: 900 };
const PEOPLE = 50;
/** The time of the first event of each batch, five days ago, UTC milliseconds. The others follow every second. */
const START = Date.now() - 5 * 86_400_000;

/** Measures batches of 1,000 events, compared with a plain insert of the same rows, and the same batches sent again. */
export async function events(bench: Bench, rounds: number): Promise<Row[]> {
  await bench.sql(await copyOfEvents(bench));
  const team = await addTeam(bench, PEOPLE);
  const { timed, metered, baseline } = bench.urls;
  let batches = 0;
  const push = () => pushed(team, `${timed}/api/v1/events`, ++batches);
  const insert = () => inserted(team, `${baseline}/events`, ++batches);
  const speed = await interleave(rounds, {
    rollcall: async () => BATCH * (await throughput(bench.worked, LOAD, push)),
    least: async () => BATCH * (await throughput(bench.worked, LOAD, insert)),
  });

  const once = pushed(team, `${metered}/api/v1/events`, ++batches);
  const used = await usageOf(once);
  const again = await usageOf(once);
  const least = await usageOf(inserted(team, `${baseline}/events?meter`, ++batches));
  if (!again.body.includes(`"skipped":${BATCH}`)) throw new Error(`not sent unchanged: ${again.body}`);
  const perSecond = (values: number[]) => `${number(median(values))} events/s`;
  return [
    {
      what: "1,000 new events, compared with an insert of the same rows",
      ...{ measured: perSecond(speed.rollcall), against: perSecond(speed.least) },
      ...{ value: ratioOf(speed.rollcall, speed.least), unit: "x", bound: { atLeast: 0.5 }, usage: used },
    },
    {
      what: "  the insert, for comparison",
      ...{ measured: `${number(used.d1Written)} rows`, against: `${number(least.d1Written)} rows` },
      ...{ value: used.d1Written / least.d1Written, unit: "x", bound: null, usage: least },
    },
    {
      what: "  sent again unchanged: rows written",
      ...{ measured: number(again.d1Written + again.objectWritten), against: `${number(used.d1Written)} when new` },
      ...{ value: again.d1Written + again.objectWritten, unit: "rows", bound: { atMost: 2 }, usage: again },
    },
  ];
}

/** Returns the statements that create `bare_events`, a copy of the events table and its indexes, without its triggers. */
async function copyOfEvents({ sql }: Bench) {
  const [found] = await sql([
    {
      sql: "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' AND type IN ('table', 'index') AND sql IS NOT NULL",
    },
  ]);
  return found!.results.map((row) => ({ sql: String(row.sql).replaceAll(/\bevents(?=_by_|\b)/g, "bare_events") }));
}

const eventOf = (batch: number, n: number) => ({
  ...{
    kind: "commit",
    externalId: `commit-${batch}-${n}`,
    title: `Mend what number ${n} broke`,
    scope: "rollcall/api",
  },
  ...{ url: `https://git.example/rollcall/api/commit/${batch}${n}`, details: { branch: "main", additions: n } },
});

function pushed({ people, asIntegration }: BenchTeam, url: string, batch: number): Ask {
  const list = Array.from({ length: BATCH }, (_, n) => ({
    ...eventOf(batch, n),
    ...{ personIdentifier: people[n % PEOPLE]!.identifier, timestamp: new Date(START + n * 1_000).toISOString() },
  }));
  return { url, headers: asIntegration, body: JSON.stringify({ events: list }) };
}

/** Builds the same events as column values for the plain insert. */
function inserted({ people, teamId, integrationId }: BenchTeam, url: string, batch: number): Ask {
  const list = Array.from({ length: BATCH }, (_, n) => ({
    ...eventOf(batch, n),
    ...{ team: teamId, integration: integrationId, identity: people[n % PEOPLE]!.identity, at: START + n * 1_000 },
  }));
  return { url, headers: {}, body: JSON.stringify(list) };
}
