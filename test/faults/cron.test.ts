import { createScheduledController, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import worker from "../../src/index.ts";
import { evict, MINUTE, objectOf, stopTheClock } from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { blockStarts, blocksInD1, countUnsent, Ledger } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt } from "./schedule.ts";

stopTheClock();
/** A time that no other suite uses, because cron wakes all teams; a Sunday, on which no report is made. */
const DAY = Date.parse("2035-01-07T09:00:00Z");
beforeEach(() => {
  vi.setSystemTime(DAY);
});

/** Cron runs every five minutes. The faults last an hour. D1 fails in this part of the hour, in minutes. */
const EVERY = 5;
const HOUR = 60;
const AWAY = { from: 20, to: 33 };

const cron = () => worker.scheduled(createScheduledController({ cron: "*/5 * * * *", scheduledTime: Date.now() }), env);

/** Removes the alarm. Returns whether one was set. */
const loseAlarm = (team: Team): Promise<boolean> =>
  runInDurableObject(objectOf(team), async (_, { storage }) => {
    const wasSet = (await storage.getAlarm()) !== null;
    await storage.deleteAlarm();
    return wasSet;
  });

/** Checks that the integration's use was recorded, after which cron wakes its team. It is written after the answer. */
const expectUseRecorded = async (team: Team) => {
  const used = await env.DB.prepare("SELECT last_used_at FROM integrations WHERE id = ?")
    .bind(team.integrationId)
    .first<number>("last_used_at");
  expect(used).not.toBeNull();
};

test("With every alarm lost for an hour, cron alone brings all blocks to D1", { timeout: TIMEOUT_MS }, async () => {
  const teams = await Promise.all(
    Array.from({ length: scale("strandedTeams") }, async () => {
      const team = await mintTeam({ timeoutMinutes: 7 });
      return { team, ledger: new Ledger(team, 7) };
    }),
  );
  let lost = 0;
  const runMinutes = async (from: number, to: number, fire: () => Promise<unknown> = cron) => {
    for (let minute = from; minute < to; minute++) {
      vi.setSystemTime(DAY + minute * MINUTE);
      for (const [n, { team, ledger }] of teams.entries()) {
        // Each team has its own interval: some are within the timeout, and some are not.
        const rhythm = [1, 3, 7, 8, 11][n % 5]!;
        if (minute % rhythm > 0) continue;
        const status = ["online", "online", "busy", "away", "offline"][(minute / rhythm + n) % 5]!;
        expect(await ledger.send({ ada: status, [`guest.${minute}`]: "online" })).toBe(200);
        if (minute === 0) await vi.waitFor(() => expectUseRecorded(team));
        if ((minute + n) % 4 === 0) await evict(team);
      }
      if (minute % EVERY === 0) await fire();
      for (const { team } of teams) lost += Number(await loseAlarm(team));
    }
  };
  await runMinutes(0, AWAY.from);
  // Cron itself fails, because it cannot read the teams.
  await withoutD1(() => runMinutes(AWAY.from, AWAY.to, () => expect(cron()).rejects.toThrow("not all jobs succeeded")));
  await runMinutes(AWAY.to, HOUR + 1);
  expect(lost, "too few alarms were lost").toBeGreaterThan(HOUR);
  // The last heartbeats were in minute 60. From here on only cron runs.
  vi.setSystemTime(DAY + (HOUR + EVERY) * MINUTE);
  await cron();
  for (const { team, ledger } of teams) {
    expect(await countUnsent(team)).toBe(0);
    expect(blockStarts(await blocksInD1(team))).toEqual(blockStarts(ledger.expectedBlocks()));
    await loseAlarm(team);
  }
  vi.setSystemTime(DAY + (HOUR + 2 * EVERY) * MINUTE);
  await cron();
  for (const { team, ledger } of teams) {
    expect(await blocksInD1(team)).toEqual(ledger.expectedBlocks());
    expect(await alarmAt(team)).toBeNull();
  }
});
