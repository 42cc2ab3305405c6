import { beat, clock } from "./beat.ts";
import type { Bench } from "./harness.ts";
import { type Ask, throughput } from "./load.ts";
import { interleave, median, ratioOf } from "./rounds.ts";
import type { Row } from "./row.ts";
import { number } from "./table.ts";
import { addTeam, type BenchTeam } from "./team.ts";
import { usageOf } from "./usage.ts";

/** Teams that report at the same time. Each has one tool, so every heartbeat is newer than the one before. */
const SENDERS = 16;
/** People on a team. Each heartbeat names all of them. */
const PEOPLE = 100;
/** How long each variant sends in a round, in milliseconds. */
const ROUND_MS = 600;

/** Measures unchanged heartbeats of 100 people, compared with the least work and with one row for each person. */
export async function heartbeat(bench: Bench, rounds: number): Promise<Row[]> {
  const teams = await Promise.all(
    Array.from({ length: SENDERS }, async () => ({ team: await addTeam(bench, PEOPLE), now: clock() })),
  );
  const addKey = ({ integrationKey, teamId }: BenchTeam) => ({
    sql: "INSERT INTO keys (key, team_id) VALUES (?, ?)",
    params: [integrationKey, teamId],
  });
  await bench.sql(
    teams.map(({ team }) => addKey(team)),
    "OWN",
  );
  const to = (url: string) => (n: number) => beat(teams[n]!.team, url, teams[n]!.now());
  const { timed, baseline, metered } = bench.urls;
  const send = (ask: (n: number) => Ask) => () => throughput(bench.worked, { senders: SENDERS, forMs: ROUND_MS }, ask);
  const speed = await interleave(rounds, {
    rollcall: send(to(`${timed}/api/v1/presence`)),
    uncached: send(withChangingBody(to(`${timed}/api/v1/presence`))),
    least: send(to(`${baseline}/presence`)),
    own: send(to(`${baseline}/own/presence`)),
  });

  const again = to(`${metered}/api/v1/presence`);
  // The first heartbeat creates the people, and writes the last use of the key.
  for (let n = 0; n < 2; n++) await usageOf(again(0));
  const used = await usageOf(again(0));
  const least = await usageOf(to(`${baseline}/presence?meter`)(0));
  const own = await usageOf(to(`${baseline}/own/presence?meter`)(0));

  const perSecond = (values: number[]) => `${number(median(values))} requests/s`;
  const written = used.d1Written + used.objectWritten;
  const rows = (what: string, measured: number, against: string, atMost: number): Row => ({
    ...{ what: `  ${what}`, measured: number(measured), against, value: measured, unit: "rows" },
    ...{ bound: { atMost }, usage: null },
  });
  return [
    {
      what: "unchanged heartbeat of 100 people, compared with the least work",
      ...{ measured: perSecond(speed.rollcall), against: perSecond(speed.least) },
      ...{ value: ratioOf(speed.rollcall, speed.least), unit: "x", bound: { atLeast: 0.7 }, usage: used },
    },
    {
      what: "  with a body that is not in the cache",
      ...{ measured: perSecond(speed.uncached), against: perSecond(speed.least) },
      ...{ value: ratioOf(speed.uncached, speed.least), unit: "x", bound: null, usage: null },
    },
    rows("D1 rows read, without that of the key", used.d1Read - least.d1Read, `${least.d1Read} for the key`, 0),
    rows("D1 rows written", used.d1Written, `${least.d1Written}`, 0),
    rows("object rows written", used.objectWritten, "0", 1),
    {
      what: "unchanged heartbeat of 100 people, compared with a row for each",
      ...{ measured: perSecond(speed.rollcall), against: perSecond(speed.own) },
      ...{ value: ratioOf(speed.rollcall, speed.own), unit: "x", bound: { atLeast: 5 }, usage: own },
    },
    {
      what: "  fewer rows written, D1 and object together",
      ...{ measured: number(written), against: `${number(own.d1Written)} rows` },
      ...{ value: own.d1Written / Math.max(written, 1), unit: "x", bound: { atLeast: 100 }, usage: null },
    },
  ];
}

/** Adds a field with a new value to each body, so that the cache of bodies never contains it. */
function withChangingBody(ask: (n: number) => Ask): (n: number) => Ask {
  let count = 0;
  return (n) => {
    const { body, ...asked } = ask(n);
    count += 1;
    return { ...asked, body: body!.replace(/}$/, `,"count":${count}}`) };
  };
}
