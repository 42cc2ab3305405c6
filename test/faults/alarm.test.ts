import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MINUTE, objectOf, ring, stopTheClock } from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { blocksInD1, countUnsent, Ledger } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt, passTo } from "./schedule.ts";

stopTheClock();

const TIMES = scale("failedAlarms");

let team: Team;
let ledger: Ledger;
beforeEach(async () => {
  team = await mintTeam();
  ledger = new Ledger(team);
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Sends a heartbeat a millisecond after the one before. It must be accepted. */
async function send(statuses: Record<string, string>): Promise<void> {
  vi.setSystemTime(Date.now() + 1);
  expect(await ledger.send(statuses)).toBe(200);
}

/** Moves the clock to the time of the alarm, which must be set, and calls `run` as the platform would. */
async function ringDueAlarm(run: () => Promise<unknown>): Promise<void> {
  const due = await alarmAt(team);
  expect(due, "no alarm is set").not.toBeNull();
  vi.setSystemTime(Math.max(due!, Date.now()));
  await run();
}

/** Checks, after the faults, that nothing is unsent within a minute, and that D1 has every block in the end. */
async function expectAllSent(): Promise<void> {
  const endedAt = Date.now();
  await passTo(team, endedAt + MINUTE);
  expect(await countUnsent(team)).toBe(0);
  await passTo(team, endedAt + 60 * MINUTE);
  expect(await blocksInD1(team)).toEqual(ledger.expectedBlocks());
  expect(await alarmAt(team)).toBeNull();
}

/** Runs `act` while one of the object's own tables is renamed. */
async function withoutTable(table: string, act: () => Promise<void>): Promise<void> {
  const rename = (from: string, to: string) =>
    runInDurableObject(objectOf(team), async (_, { storage }) => {
      storage.sql.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
    });
  await rename(table, "elsewhere");
  try {
    await act();
  } finally {
    await rename("elsewhere", table);
  }
}

describe(`After ${TIMES} failures of the alarm in a row`, () => {
  test("An alarm that threw before sending anything loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await send({ ada: "online", bob: "busy" });
    await send({ ada: "lunch" });
    await withoutTable("outbox", async () => {
      for (let n = 0; n < TIMES; n++) {
        await ringDueAlarm(() => expect(ring(team)).rejects.toThrow("no such table: outbox"));
      }
    });
    expect(await blocksInD1(team)).toEqual([]);
    await expectAllSent();
  });

  test("An alarm that threw while ending blocks that timed out loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await send({ ada: "online", bob: "busy" });
    await passTo(team, Date.now() + MINUTE);
    await withoutTable("streams", async () => {
      vi.setSystemTime(Date.now() + 10 * MINUTE);
      for (let n = 0; n < TIMES; n++) {
        await ringDueAlarm(() => expect(ring(team)).rejects.toThrow("no such table: streams"));
      }
    });
    expect((await blocksInD1(team)).map((block) => block.ended_at)).toEqual([null, null]);
    await expectAllSent();
  });

  test("An alarm that D1 failed loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await send({ ada: "online" });
    await withoutD1(async () => {
      for (let n = 0; n < TIMES; n++) {
        await ringDueAlarm(() => ring(team));
        await send({ ada: n % 2 ? "online" : "busy", [`new.${n}`]: "online" });
      }
    });
    expect(await blocksInD1(team)).toEqual([]);
    await expectAllSent();
  });

  test("An alarm that could not save its checkpoint loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await send({ ada: "online" });
    await passTo(team, Date.now() + MINUTE);
    await withoutTable("team", async () => {
      // A checkpoint is due, and its time cannot be saved.
      vi.setSystemTime(Date.now() + 14 * MINUTE);
      for (let n = 0; n < TIMES; n++) {
        await send({ ada: n % 2 ? "online" : "busy" });
        await ringDueAlarm(() => ring(team));
      }
    });
    await expectAllSent();
  });

  /** Starts the alarm handler with `work` and returns at the moment at which the object is to be aborted. */
  type Interrupt = (work: () => void, storage: DurableObjectStorage, n: number) => Promise<void>;
  const MOMENTS: [string, Interrupt][] = [
    [
      "before any write is durable",
      async (work, _, n) => {
        work();
        for (let ticks = 0; ticks < n; ticks++) await Promise.resolve();
      },
    ],
    [
      "after its first write is durable",
      async (work, storage) => {
        await storage.deleteAlarm();
        await storage.sync();
        work();
        await storage.sync();
      },
    ],
  ];
  test.each(MOMENTS)(
    "An alarm whose object was aborted %s loses nothing",
    { timeout: TIMEOUT_MS },
    async (_, interrupt) => {
      await send({ ada: "online" });
      let interrupted = 0;
      for (let n = 0; n < TIMES; n++) {
        await send({ ada: n % 2 ? "online" : "busy", [`new.${n}`]: "online" });
        await ringDueAlarm(async () => {
          const interruptedRun = runInDurableObject(objectOf(team), async (object, state) => {
            let isFinished = false;
            const work = () =>
              void object.alarm().finally(() => {
                isFinished = true;
              });
            await interrupt(work, state.storage, n);
            if (!isFinished) interrupted += 1;
            state.abort("a fault");
          });
          await expect(interruptedRun).rejects.toThrow("a fault");
        });
      }
      expect(interrupted, "an alarm run was not interrupted").toBe(TIMES);
      await expectAllSent();
    },
  );
});
