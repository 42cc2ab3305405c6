import { beat, clock } from "./beat.ts";
import { type Measured, type Operation, PEOPLE_ON_TEAM } from "./cost.ts";
import type { Bench } from "./harness.ts";
import { addHistory } from "./history.ts";
import { type Ask, send } from "./load.ts";
import { median } from "./rounds.ts";
import { addUsage, noUsage, type Usage } from "./row.ts";
import { addNewEvents, REFRESH_CRON, refreshAll, subscribeAll } from "./subscriptions.ts";
import { addTeam, type BenchTeam } from "./team.ts";
import { usageOf } from "./usage.ts";

type WorkerName = "timed" | "metered";

const WAKE_CRON = "*/5 * * * *";
/** Requests that are timed for each operation. */
const TIMED = 15;
/** Events that are inserted to measure the storage of one. */
const STORED_EVENTS = 20_000;

/** Measures the costs of each operation of a deployment, and the bytes of D1 that an event needs. */
export async function workload(
  bench: Bench,
): Promise<{ measured: Record<Operation, Measured>; bytesPerEvent: number }> {
  const team = await addTeam(bench, PEOPLE_ON_TEAM);
  const { metered, timed } = bench.urls;
  const now = clock();
  const post =
    (path: string, body: object) =>
    (origin: string): Ask => ({
      ...{ url: `${origin}/api/v1/${path}`, headers: team.asTeam, body: JSON.stringify(body) },
    });
  const beatOf =
    (people: BenchTeam["people"], status = "online") =>
    (origin: string) =>
      beat({ ...team, people }, `${origin}/api/v1/presence`, now(), { [people[0]!.identifier]: status });
  const fire =
    (cron: string) =>
    (origin: string): Ask => ({
      ...{ url: `${origin}/bench/cron?cron=${encodeURIComponent(cron)}`, headers: {}, body: "" },
    });
  /** Measures the costs of a request. `before` runs before each one and is not measured. */
  const take = async (
    ask: (origin: string) => Ask,
    before: (worker: WorkerName) => Promise<unknown> = async () => null,
  ): Promise<Measured> => {
    await before("metered");
    const usage = await usageOf(ask(metered));
    const times: number[] = [];
    for (let n = 0; n < TIMED; n++) {
      await before("timed");
      const start = bench.worked();
      await send(ask(timed));
      times.push(bench.worked() - start);
    }
    return { ...usage, requests: 1, ms: median(times) };
  };
  const verb = (name: string) =>
    usageOf({ url: `${metered}/bench/${name}?team=${team.teamId}`, headers: {}, body: "" });

  const morning = await usageOf(fire(WAKE_CRON)(metered));
  // Creates the people and writes the last use of the key. The second heartbeats let each object read from D1 what the
  // first heartbeat of the other Worker changed.
  for (const origin of [metered, timed, metered, timed]) await send(beatOf(team.people)(origin));
  await verb("ring");

  const evict = (worker: WorkerName) => bench.evict(worker, team.teamId);
  const resetKeyUse = () => bench.sql([{ sql: "UPDATE integrations SET last_used_at = 0" }]);
  const beats = await take(beatOf(team.people));
  const single = await take(beatOf(team.people.slice(0, 1)));
  const cold = await take(beatOf(team.people), evict);
  const used = await take(beatOf(team.people), resetKeyUse);
  let turn = 0;
  const changed = await take((origin) => beatOf(team.people, `online ${++turn}`)(origin));
  await evict("metered");
  const alarm = await verb("ring");
  await verb("due");
  await evict("metered");
  const checkpoint = await verb("ring");

  const event = () => {
    const of = {
      personIdentifier: team.people[turn % PEOPLE_ON_TEAM]!.identifier,
      kind: "commit",
      scope: "rollcall/api",
    };
    const said = { externalId: `commit ${++turn}`, title: "Mend what was broken", timestamp: new Date().toISOString() };
    const more = { url: "https://git.example/rollcall/api/commit/1", details: { branch: "main" } };
    return { events: [{ ...of, ...said, ...more }] };
  };
  const events = await take((origin) => ({ ...post("events", event())(origin), headers: team.asIntegration }));
  const answers = { next: "Go on #bench", previous: "Went on", previous_completed: true, blockers: "" };
  const checkins = await take((origin) =>
    post("statuses", { member: team.people[turn++ % PEOPLE_ON_TEAM]!.id, answers })(origin),
  );
  const viewer = await take((origin) => ({ url: `${origin}/api/v1/presence`, headers: team.asTeam }), evict);

  const wake = await take(fire(WAKE_CRON));
  await subscribeAll(bench, [team]);
  await refreshAll(bench);
  const idle = await take(fire(REFRESH_CRON));
  const refresh = await take(fire(REFRESH_CRON), () => addNewEvents(bench, [team]));
  const inCron = (one: Measured, people = 1): Measured => ({
    ...addUsage([1 / people, one]),
    ...{ requests: 0, ms: one.ms / people },
  });
  return {
    measured: {
      "heartbeat of a team": beats,
      "heartbeat of one person": single,
      "wake of a hibernated object": subtractUsage(cold, beats),
      "write of the last key use": subtractUsage(used, beats),
      "status change": subtractUsage(changed, beats),
      alarm: { ...alarm, requests: 0, ms: cold.ms },
      checkpoint: { ...checkpoint, requests: 0, ms: cold.ms },
      event: events,
      "check-in": checkins,
      viewer,
      "morning reports of a team": inCron({ ...morning, requests: 0, ms: wake.ms }),
      // With one team, the cost of a run and the cost of its team cannot be separated: each counts as all of it.
      "cron wake of all teams": { ...inCron(wake), objectRequests: 0 },
      "cron wake of a team": inCron(wake),
      "refresh, nothing changed": inCron(idle),
      "refresh of a person": inCron(refresh, PEOPLE_ON_TEAM),
    },
    bytesPerEvent: await measureEventBytes(bench),
  };
}

/** Subtracts the costs of an operation that is part of another one. */
const subtractUsage = (one: Measured, other: Measured): Measured => {
  const more = addUsage(one, [-1, other]);
  const keys = Object.keys(noUsage()) as (keyof Usage)[];
  for (const key of keys) more[key] = Math.max(more[key], 0);
  return { ...more, requests: 0, ms: Math.max(one.ms - other.ms, 0) };
};

async function measureEventBytes(bench: Bench): Promise<number> {
  const size = async () => (await bench.sql([{ sql: "SELECT 1" }]))[0]!.meta.size_after;
  const team = await addTeam(bench, PEOPLE_ON_TEAM);
  const before = await size();
  await addHistory(bench, team, STORED_EVENTS, Date.now());
  return ((await size()) - before) / STORED_EVENTS;
}
