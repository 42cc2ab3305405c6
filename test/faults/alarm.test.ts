import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MINUTE, objectOf, ring, stopTheClock } from "../presence/client.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { held, Ledger, waiting } from "./ledger.ts";
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

/** Sends an update that is taken in; no two are of the same moment. */
async function say(statuses: Record<string, string>): Promise<void> {
  vi.setSystemTime(Date.now() + 1);
  expect(await ledger.tell(statuses)).toBe(200);
}

/** Lets the alarm's time come, and `fail` make of it what it likes; whatever that is, another alarm is set afterwards. */
async function strike(fail: () => Promise<unknown>): Promise<void> {
  const due = await alarmAt(team);
  expect(due, "an alarm was lost for good").not.toBeNull();
  vi.setSystemTime(Math.max(due!, Date.now()));
  await fail();
}

/** The faults are over: within a minute nothing waits, and in the end all is as it was told. */
async function expectDrained(): Promise<void> {
  const over = Date.now();
  await passTo(team, over + MINUTE);
  expect(await waiting(team)).toBe(0);
  await passTo(team, over + 60 * MINUTE);
  expect(await held(team)).toEqual(ledger.foretold());
  expect(await alarmAt(team)).toBeNull();
}

/** Runs `act` while the object cannot find one of its own tables. */
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
    await say({ ada: "online", bob: "busy" });
    await say({ ada: "lunch" });
    await withoutTable("outbox", async () => {
      for (let n = 0; n < TIMES; n++) {
        await strike(() => expect(ring(team)).rejects.toThrow("no such table: outbox"));
      }
    });
    expect(await held(team)).toEqual([]);
    await expectDrained();
  });

  test("An alarm that threw while ending blocks that timed out loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await say({ ada: "online", bob: "busy" });
    await passTo(team, Date.now() + MINUTE);
    await withoutTable("streams", async () => {
      vi.setSystemTime(Date.now() + 10 * MINUTE);
      for (let n = 0; n < TIMES; n++) {
        await strike(() => expect(ring(team)).rejects.toThrow("no such table: streams"));
      }
    });
    expect((await held(team)).map((block) => block.ended_at)).toEqual([null, null]);
    await expectDrained();
  });

  test("An alarm that D1 failed loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await say({ ada: "online" });
    await withoutD1(async () => {
      for (let n = 0; n < TIMES; n++) {
        await strike(() => ring(team));
        await say({ ada: n % 2 ? "online" : "busy", [`new.${n}`]: "online" });
      }
    });
    expect(await held(team)).toEqual([]);
    await expectDrained();
  });

  test("An alarm that could not save its checkpoint loses nothing", { timeout: TIMEOUT_MS }, async () => {
    await say({ ada: "online" });
    await passTo(team, Date.now() + MINUTE);
    await withoutTable("team", async () => {
      // A checkpoint is due, and cannot be noted.
      vi.setSystemTime(Date.now() + 14 * MINUTE);
      for (let n = 0; n < TIMES; n++) {
        await say({ ada: n % 2 ? "online" : "busy" });
        await strike(() => ring(team));
      }
    });
    await expectDrained();
  });

  /** Brings the handler's work to a point. One that rings is taken off, unless an abort undoes all that was written. */
  type Reach = (work: () => void, storage: DurableObjectStorage, n: number) => Promise<void>;
  const moments: [string, Reach][] = [
    [
      "before anything it wrote is durable",
      async (work, _, n) => {
        work();
        for (let turn = 0; turn < n; turn++) await Promise.resolve();
      },
    ],
    [
      "once its first write is durable",
      async (work, storage) => {
        await storage.deleteAlarm();
        await storage.sync();
        work();
        await storage.sync();
      },
    ],
  ];
  test.each(moments)(
    "An alarm whose object was aborted %s loses nothing",
    { timeout: TIMEOUT_MS },
    async (_, reach) => {
      await say({ ada: "online" });
      let interrupted = 0;
      for (let n = 0; n < TIMES; n++) {
        await say({ ada: n % 2 ? "online" : "busy", [`new.${n}`]: "online" });
        await strike(async () => {
          const struck = runInDurableObject(objectOf(team), async (object, state) => {
            let isOver = false;
            const work = () =>
              void object.alarm().finally(() => {
                isOver = true;
              });
            await reach(work, state.storage, n);
            if (!isOver) interrupted += 1;
            state.abort("a fault");
          });
          await expect(struck).rejects.toThrow("a fault");
        });
      }
      expect(interrupted, "an alarm that was not interrupted shows nothing").toBe(TIMES);
      await expectDrained();
    },
  );
});
