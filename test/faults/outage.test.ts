import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { evict, MINUTE, read, START, stopTheClock } from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { blockStarts, blocksInD1, countUnsent, Ledger } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt, passTo } from "./schedule.ts";

stopTheClock();

const SECOND = 1_000;
const OUTAGE_MS = 10 * MINUTE;
const UPDATES = Math.ceil(OUTAGE_MS / SECOND / scale("secondsBetweenUpdates"));
const PEOPLE = ["ada", "bob", "cy", "dee"];
const STATUSES = ["online", "online", "busy", "lunch", "offline"];

/** One heartbeat. `newPeople`: how many new people it names. */
const update = fc.record({
  statuses: fc
    .subarray(PEOPLE)
    .chain((who) => fc.record(Object.fromEntries(who.map((one) => [one, fc.constantFrom(...STATUSES)])))),
  newPeople: fc.constantFrom(0, 0, 0, 1, 3),
  source: fc.constantFrom("chat", "desk"),
  isEvicted: fc.constantFrom(false, false, false, false, true),
});
const updates = fc.array(update, { minLength: UPDATES, maxLength: UPDATES });
type Updates = typeof updates extends fc.Arbitrary<infer U> ? U : never;

/** Sends the heartbeats, one every few seconds. Each must be answered with 200, and so must GET /presence. */
async function sendAll(team: Team, ledger: Ledger, list: Updates, named: string): Promise<void> {
  for (const [index, { statuses, newPeople, source, isEvicted }] of list.entries()) {
    await passTo(team, Date.now() + scale("secondsBetweenUpdates") * SECOND);
    const statusesOfNew = Array.from({ length: newPeople }, (_, n) => [`${named}.${index}.${n}`, "online"]);
    expect(await ledger.send({ ...statuses, ...Object.fromEntries(statusesOfNew) }, { source })).toBe(200);
    await read(team, "/presence");
    if (isEvicted) await evict(team);
  }
}

test("In a ten-minute outage of D1 every heartbeat is accepted, and a minute later D1 has everything", {
  timeout: TIMEOUT_MS,
}, async () => {
  const delays: number[] = [];
  const mostUnsent: number[] = [];
  await fc.assert(
    fc.asyncProperty(updates, updates, fc.nat(60 * SECOND), async (before, during, extra) => {
      vi.setSystemTime(START);
      const team = await mintTeam({ timeoutMinutes: 2 });
      const ledger = new Ledger(team, 2);
      await sendAll(team, ledger, before.slice(0, 5), "early");
      await withoutD1(async () => {
        const until = Date.now() + OUTAGE_MS + extra;
        await sendAll(team, ledger, during, "late");
        mostUnsent.push(await countUnsent(team));
        await passTo(team, until);
      });
      const returnedAt = Date.now();
      while ((await countUnsent(team)) > 0) {
        const next = await alarmAt(team);
        expect(next, "something is unsent, and no alarm is set").not.toBeNull();
        await passTo(team, Math.max(next!, Date.now()));
        expect(Date.now() - returnedAt).toBeLessThanOrEqual(60 * SECOND);
      }
      delays.push(Date.now() - returnedAt);
      expect(blockStarts(await blocksInD1(team))).toEqual(blockStarts(ledger.expectedBlocks()));
      await passTo(team, returnedAt + 60 * MINUTE);
      expect(await blocksInD1(team)).toEqual(ledger.expectedBlocks());
      expect(await alarmAt(team)).toBeNull();
    }),
    { numRuns: scale("outages"), endOnFailure: true },
  );
  console.info(
    `${delays.length} outages of ten minutes with ${UPDATES} updates in each: all were accepted.`,
    `At most ${Math.max(...mostUnsent)} blocks and people waited. D1 had all of them ${Math.max(...delays) / SECOND} s after the outage.`,
  );
  expect(Math.min(...mostUnsent), "nothing was unsent after an outage").toBeGreaterThan(0);
});
