import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { listAll, push as pushEvents } from "../events/client.ts";
import { iso, MINUTE, presence, START, stopTheClock } from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { blocksInD1, Ledger } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt, passTo } from "./schedule.ts";

stopTheClock();

const RUNS = { numRuns: scale("resentStreams") };
const TIMEOUT = 10;
const PEOPLE = ["ada", "bob", "cy"];
const status = fc.constantFrom("online", "Online", "busy", "lunch", "offline");

/** Heartbeats in the order of their times. `again`: after how many further heartbeats each is sent again. */
const updates = fc.array(
  fc.record({
    pause: fc.constantFrom(1, 4, 9, 10, 11, 25),
    statuses: fc
      .subarray(PEOPLE, { minLength: 1 })
      .chain((who) => fc.record(Object.fromEntries(who.map((name) => [name, status])))),
    source: fc.constantFrom("chat", "desk"),
    timezone: fc.constantFrom(undefined, "Asia/Tokyo", "Europe/Kyiv"),
    again: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 4, maxLength: 16 },
);
type Update = typeof updates extends fc.Arbitrary<(infer U)[]> ? U & { at: number } : never;

const timed = (list: Omit<Update, "at">[]): Update[] => {
  let at = START;
  return list.map((update) => {
    at += update.pause * MINUTE;
    return { ...update, at };
  });
};

async function sendHeartbeat(ledger: Ledger, { statuses, at, source, timezone }: Update): Promise<void> {
  expect(await ledger.send(statuses, { at, source, timezone })).toBe(200);
}

/** Returns everyone's presence without their ids, which are different in every team. */
const listPresence = async (team: Team) =>
  Object.values(await presence(team)).map(({ person_id, ...person }) => person);

/** Sends each heartbeat once, at its time, to a new team. `after` runs after each. */
async function runHeartbeats(list: Update[], after: (ledger: Ledger, index: number) => Promise<void> = async () => {}) {
  vi.setSystemTime(START);
  const team = await mintTeam({ timeoutMinutes: TIMEOUT });
  const ledger = new Ledger(team, TIMEOUT);
  for (const [index, update] of list.entries()) {
    await passTo(team, update.at);
    await sendHeartbeat(ledger, update);
    await after(ledger, index);
  }
  const now = await listPresence(team);
  await passTo(team, Date.now() + 60 * MINUTE);
  return {
    now,
    later: await listPresence(team),
    blocks: await blocksInD1(team),
    alarm: await alarmAt(team),
    expectedBlocks: ledger.expectedBlocks(),
  };
}

test("Heartbeats that are sent again later, in any order, change nothing", { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(updates, async (drawn) => {
      const list = timed(drawn);
      const resent = await runHeartbeats(list, async (ledger, index) => {
        // The oldest is sent last.
        for (let former = index; former >= 0; former--) {
          const times = list[former]!.again.filter((later) => Math.min(former + later, list.length - 1) === index);
          for (const _ of times) await sendHeartbeat(ledger, list[former]!);
        }
      });
      const once = await runHeartbeats(list);
      expect(resent).toEqual({ ...once, expectedBlocks: resent.expectedBlocks });
      expect(once.blocks).toEqual(once.expectedBlocks);
      expect(resent.expectedBlocks).toEqual(once.expectedBlocks);
      expect(once.alarm).toBeNull();
    }),
    RUNS,
  );
});

test("Out of order, a heartbeat counts only if it is newer than all before it", { timeout: TIMEOUT_MS }, async () => {
  const orders = updates.chain((list) => {
    const places = list.flatMap((_, index) => [index, index]);
    return fc.record({
      list: fc.constant(list),
      order: fc.shuffledSubarray(places, { minLength: places.length }),
    });
  });
  await fc.assert(
    fc.asyncProperty(orders, async ({ list: drawn, order }) => {
      const list = timed(drawn);
      vi.setSystemTime(list.at(-1)!.at);
      const team = await mintTeam({ timeoutMinutes: TIMEOUT });
      const ledger = new Ledger(team, TIMEOUT);
      for (const index of order) {
        await passTo(team, Date.now() + 1_000);
        await sendHeartbeat(ledger, list[index]!);
      }
      await passTo(team, Date.now() + 60 * MINUTE);
      expect(await blocksInD1(team)).toEqual(ledger.expectedBlocks());
    }),
    RUNS,
  );
});

const ids = Array.from({ length: 12 }, (_, n) => `e${n}`);
/** Batches of events. An event changes where its `version` does. */
const batchesOf = (version: fc.Arbitrary<number>) =>
  fc.array(fc.array(fc.record({ id: fc.constantFrom(...ids), version }), { minLength: 1, maxLength: 8 }), {
    ...{ minLength: 2, maxLength: 8 },
  });
type Batches = { id: string; version: number }[][];

/** Builds an event from its id and its version. */
function event({ id, version }: { id: string; version: number }) {
  const n = Number(id.slice(1));
  return {
    ...{ kind: "commit", externalId: id, personIdentifier: PEOPLE[(n + version) % PEOPLE.length]! },
    ...{
      timestamp: iso(START - (n * 7 + version) * 3_600_000),
      title: `${id} version ${version}`,
      scope: "test",
    },
    ...{ url: null, details: { version } },
  };
}

/** Returns the team's events by their external ids. */
async function eventsByExternalId(team: Team) {
  const events = await listAll(team);
  return Object.fromEntries(
    events.map(({ external_id, title, identifier, occurred_at, details }) => [
      external_id,
      { title, identifier, occurred_at, details },
    ]),
  );
}

const expected = (batches: Batches) =>
  Object.fromEntries(
    batches.flat().map((one) => {
      const { title, personIdentifier, timestamp, details } = event(one);
      return [one.id, { title, identifier: personIdentifier, occurred_at: timestamp, details }];
    }),
  );

/** Sends the batches one after the other, and checks the counts in the answers. */
async function send(team: Team, batches: Batches): Promise<void> {
  let count = 0;
  for (const batch of batches) {
    const { processed } = await pushEvents(team, ...batch.map(event));
    expect(processed.created + processed.updated + processed.skipped).toBe(batch.length);
    expect(processed).toMatchObject({ total: batch.length, errors: 0 });
    count += processed.created;
  }
  expect(count).toBe(new Set(batches.flat().map(({ id }) => id)).size);
  expect(await listAll(team)).toHaveLength(count);
}

const twiceAndShuffled = (version: fc.Arbitrary<number>) =>
  batchesOf(version).chain((batches) =>
    fc.record({
      batches: fc.constant(batches),
      order: fc.shuffledSubarray([...batches, ...batches], { minLength: 2 * batches.length }),
    }),
  );

test("Events sent twice in any order give the same as events sent once in order", { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(twiceAndShuffled(fc.constant(0)), async ({ batches, order }) => {
      const [inOrder, shuffled] = [await mintTeam(), await mintTeam()];
      await send(inOrder, batches);
      await send(shuffled, order);
      expect(await eventsByExternalId(inOrder)).toEqual(expected(batches));
      expect(await eventsByExternalId(shuffled)).toEqual(await eventsByExternalId(inOrder));
      expect((await pushEvents(shuffled, ...batches.flat().map(event))).processed).toMatchObject({
        created: 0,
        updated: 0,
      });
    }),
    RUNS,
  );
});

test("Events that change while they are sent again keep their last version", { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(twiceAndShuffled(fc.nat(2)), async ({ order }) => {
      const team = await mintTeam();
      await send(team, order);
      expect(await eventsByExternalId(team)).toEqual(expected(order));
    }),
    RUNS,
  );
});
