import fc from "fast-check";
import { expect, test } from "vitest";
import { mintTeam, type Team } from "../../support/team.ts";
import { without } from "../../support/without.ts";
import {
  blocks,
  clock,
  evict,
  MINUTE,
  objectOf,
  presence,
  ring,
  START,
  saying,
  stopTheClock,
  stored,
  tell,
  type User,
} from "../client.ts";
import { blocksOf } from "../oracle.ts";

stopTheClock();

const TIMEOUT = 10;
const PEOPLE = ["ada", "bob", "cy", "dee"];

/** One update, or the alarm, a reader, or D1 going away for the step after. */
type Step =
  | { act: "beat"; statuses: Record<string, string>; source: string; late: number }
  | { act: "ring" | "read" | "outage" };

const beats = fc.record({
  act: fc.constant("beat" as const),
  statuses: fc
    .subarray(PEOPLE, { minLength: 1 })
    .chain((people) =>
      fc.record(Object.fromEntries(people.map((who) => [who, fc.constantFrom("online", "Online", "busy", "offline")]))),
    ),
  source: fc.constantFrom("slack", "git"),
  // Some updates are minutes late, and so older than others that were faster.
  late: fc.constantFrom(0, 0, 0, 1, 4, 12),
});
const other = fc.record({ act: fc.constantFrom("ring" as const, "read" as const, "outage" as const) });
/** Steps, each so many minutes after the one before. */
const lives = fc.array(
  fc.record({
    step: fc.oneof({ weight: 4, arbitrary: beats as fc.Arbitrary<Step> }, other),
    pause: fc.constantFrom(0, 1, 3, 9, 11),
  }),
  { minLength: 5, maxLength: 25 },
);

type Life = { step: Step; pause: number }[];

/** Milliseconds tell the steps apart: no two updates are of the same moment. */
const moment = (minutes: number, index: number) => START + minutes * MINUTE + index;

/** Lives through the steps; `between` comes after each, and `batches` says how an update is cut into several. */
async function live(
  team: Team,
  life: Life,
  {
    between = async () => {},
    batches = (users) => [users],
  }: {
    between?: () => Promise<unknown>;
    batches?: (users: User[]) => User[][];
  } = {},
): Promise<void> {
  const perform = async (step: Step, at: number) => {
    if (step.act === "ring") await ring(team);
    if (step.act === "read") await blocks(team);
    if (step.act !== "beat") return;
    for (const batch of batches(saying(step.statuses))) {
      await tell(team, batch, {
        ...{ source: step.source, at: at - step.late * MINUTE, timeoutMs: TIMEOUT * MINUTE, directoryVersion: 1 },
      });
    }
  };
  let minutes = 0;
  let isAway = false;
  for (const [index, { step, pause }] of life.entries()) {
    minutes += pause;
    clock(minutes + index / MINUTE);
    const act = () => perform(step, moment(minutes, index));
    await (isAway && step.act !== "read" ? without("blocks", act) : act());
    isAway = step.act === "outage";
    await between();
  }
  // Long after everything.
  clock(minutes + 60);
  await objectOf(team).wake();
}

/** A team's blocks without their ids. */
const told = async (team: Team) => (await stored(team)).map(({ id, ...block }) => block);

/** What was held, when, by whom and where, by the oracle. */
function foretold(life: Life) {
  const streams = new Map<string, { at: number; status: string }[]>();
  let minutes = 0;
  for (const [index, { step, pause }] of life.entries()) {
    minutes += pause;
    if (step.act !== "beat") continue;
    for (const [who, status] of Object.entries(step.statuses)) {
      const beat = { at: moment(minutes, index) - step.late * MINUTE, status };
      const key = `${who}|${step.source}`;
      streams.set(key, [...(streams.get(key) ?? []), beat]);
    }
  }
  return [...streams].flatMap(([key, beats]) => {
    const [identifier, source] = key.split("|");
    return blocksOf(beats, TIMEOUT * MINUTE).map((b) => ({
      ...{ identifier, source, status: b.status },
      ...{ started_at: b.startedAt, last_seen_at: b.lastSeenAt, ended_at: b.endedAt, details: null },
    }));
  });
}

type Placed = { started_at: number; identifier: string | undefined; source: string | undefined };
const order = (a: Placed, b: Placed) =>
  a.started_at - b.started_at || `${a.identifier}|${a.source}`.localeCompare(`${b.identifier}|${b.source}`);

test("Evictions, outages of D1 and heartbeats split into several change nothing of what is recorded", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (life) => {
      const [spared, evicted, cut] = await Promise.all([mintTeam(), mintTeam(), mintTeam()]);
      await live(spared, life);
      await live(evicted, life, { between: () => evict(evicted).catch(isNotRunning) });
      await live(cut, life, { batches: (users) => users.map((user) => [user]) });
      expect((await told(spared)).sort(order)).toEqual(foretold(life).sort(order));
      expect(await told(evicted)).toEqual(await told(spared));
      expect(await told(cut)).toEqual(await told(spared));
      const shown = async (team: Team) => Object.values(await presence(team)).map(({ person_id, ...person }) => person);
      expect(await shown(evicted)).toEqual(await shown(spared));
      expect(await shown(cut)).toEqual(await shown(spared));
    }),
    { numRuns: 12 },
  );
});

/** An object that nothing has called yet cannot be evicted. */
function isNotRunning(error: unknown): void {
  if (!String(error).includes("not currently running")) throw error;
}
