import fc from "fast-check";
import { expect, test } from "vitest";
import { expectedBlocks } from "../../support/expected_blocks.ts";
import {
  blocks,
  clock,
  evict,
  MINUTE,
  objectOf,
  presence,
  ring,
  START,
  sendToObject,
  stopTheClock,
  stored,
  type User,
  usersWith,
} from "../../support/presence.ts";
import { mintTeam, type Team } from "../../support/team.ts";
import { without } from "../../support/without.ts";

stopTheClock();

const TIMEOUT = 10;
const PEOPLE = ["ada", "bob", "cy", "dee"];

/**
 * A heartbeat, the alarm, a reader, or an outage of D1 during the next step. `late`: how old the heartbeat is, in
 * minutes.
 */
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
  // Some heartbeats arrive minutes late, after newer ones.
  late: fc.constantFrom(0, 0, 0, 1, 4, 12),
});
const other = fc.record({ act: fc.constantFrom("ring" as const, "read" as const, "outage" as const) });
/** Steps, each `pause` minutes after the one before. */
const histories = fc.array(
  fc.record({
    step: fc.oneof({ weight: 4, arbitrary: beats as fc.Arbitrary<Step> }, other),
    pause: fc.constantFrom(0, 1, 3, 9, 11),
  }),
  { minLength: 5, maxLength: 25 },
);

type History = { step: Step; pause: number }[];

/** The time of a step, UTC milliseconds. The index makes the times of any two heartbeats different. */
const timeOf = (minutes: number, index: number) => START + minutes * MINUTE + index;

/** Runs the steps on a team. `between` runs after each; `batches` splits the users of one heartbeat into several. */
async function run(
  team: Team,
  history: History,
  {
    between = async () => {},
    batches = (users) => [users],
  }: {
    between?: () => Promise<unknown>;
    batches?: (users: User[]) => User[][];
  } = {},
): Promise<void> {
  const take = async (step: Step, at: number) => {
    if (step.act === "ring") await ring(team);
    if (step.act === "read") await blocks(team);
    if (step.act !== "beat") return;
    for (const batch of batches(usersWith(step.statuses))) {
      await sendToObject(team, batch, {
        ...{ source: step.source, at: at - step.late * MINUTE, timeoutMs: TIMEOUT * MINUTE, directoryVersion: 1 },
      });
    }
  };
  let minutes = 0;
  let isOutage = false;
  for (const [index, { step, pause }] of history.entries()) {
    minutes += pause;
    clock(minutes + index / MINUTE);
    const act = () => take(step, timeOf(minutes, index));
    await (isOutage && step.act !== "read" ? without("blocks", act) : act());
    isOutage = step.act === "outage";
    await between();
  }
  // The last state is read after every timeout has passed.
  clock(minutes + 60);
  await objectOf(team).wake();
}

/** Returns the team's blocks in D1 without their ids. */
const rowsWithoutIds = async (team: Team) => (await stored(team)).map(({ id, ...block }) => block);

/** Returns the blocks that the heartbeats must make, computed from the contract. */
function expectedRows(history: History) {
  const streams = new Map<string, { at: number; status: string }[]>();
  let minutes = 0;
  for (const [index, { step, pause }] of history.entries()) {
    minutes += pause;
    if (step.act !== "beat") continue;
    for (const [who, status] of Object.entries(step.statuses)) {
      const beat = { at: timeOf(minutes, index) - step.late * MINUTE, status };
      const key = `${who}|${step.source}`;
      streams.set(key, [...(streams.get(key) ?? []), beat]);
    }
  }
  return [...streams].flatMap(([key, beats]) => {
    const [identifier, source] = key.split("|");
    return expectedBlocks(beats, TIMEOUT * MINUTE).map((b) => ({
      ...{ identifier, source, status: b.status },
      ...{ started_at: b.startedAt, last_seen_at: b.lastSeenAt, ended_at: b.endedAt, details: null },
    }));
  });
}

type SortKey = { started_at: number; identifier: string | undefined; source: string | undefined };
const order = (a: SortKey, b: SortKey) =>
  a.started_at - b.started_at || `${a.identifier}|${a.source}`.localeCompare(`${b.identifier}|${b.source}`);

test("Evictions, outages of D1 and heartbeats split into several change nothing of what is recorded", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const [undisturbed, evicted, split] = await Promise.all([mintTeam(), mintTeam(), mintTeam()]);
      await run(undisturbed, history);
      await run(evicted, history, { between: () => evict(evicted).catch(isNotRunning) });
      await run(split, history, { batches: (users) => users.map((user) => [user]) });
      expect((await rowsWithoutIds(undisturbed)).sort(order)).toEqual(expectedRows(history).sort(order));
      expect(await rowsWithoutIds(evicted)).toEqual(await rowsWithoutIds(undisturbed));
      expect(await rowsWithoutIds(split)).toEqual(await rowsWithoutIds(undisturbed));
      const presenceWithoutIds = async (team: Team) =>
        Object.values(await presence(team)).map(({ person_id, ...person }) => person);
      expect(await presenceWithoutIds(evicted)).toEqual(await presenceWithoutIds(undisturbed));
      expect(await presenceWithoutIds(split)).toEqual(await presenceWithoutIds(undisturbed));
    }),
    { numRuns: 12 },
  );
});

/** Ignores that an object that was never called cannot be evicted. */
function isNotRunning(error: unknown): void {
  if (!String(error).includes("not currently running")) throw error;
}
