import { createScheduledController, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, expect, test, vi } from "vitest";
import worker from "../../src/index.ts";
import { evict, MINUTE, objectOf, stopTheClock } from "../presence/client.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { withoutD1 } from "./d1.ts";
import { held, Ledger, opened, waiting } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt } from "./schedule.ts";

stopTheClock();
/** A time of this suite's own, for cron sees to every team there is; a Sunday, on which nobody's report is due. */
const DAY = Date.parse("2035-01-07T09:00:00Z");
beforeEach(() => {
  vi.setSystemTime(DAY);
});

/** Cron fires every five minutes; the faults last an hour, and D1 is away for this part of it, in minutes. */
const EVERY = 5;
const HOUR = 60;
const AWAY = { from: 20, to: 33 };

const cron = () => worker.scheduled(createScheduledController({ cron: "*/5 * * * *", scheduledTime: Date.now() }), env);

/** Takes the alarm away, and says whether there was one to lose. */
const loseAlarm = (team: Team): Promise<boolean> =>
  runInDurableObject(objectOf(team), async (_, { storage }) => {
    const wasSet = (await storage.getAlarm()) !== null;
    await storage.deleteAlarm();
    return wasSet;
  });

/** The key's use, by which cron knows whom to wake, is written after the answer is out. */
const isHeard = async (team: Team) => {
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
  const pass = async (from: number, to: number, fire: () => Promise<unknown> = cron) => {
    for (let minute = from; minute < to; minute++) {
      vi.setSystemTime(DAY + minute * MINUTE);
      for (const [n, { team, ledger }] of teams.entries()) {
        // Each team has a rhythm of its own: pauses that the timeout bridges, and others that it does not.
        const rhythm = [1, 3, 7, 8, 11][n % 5]!;
        if (minute % rhythm > 0) continue;
        const status = ["online", "online", "busy", "away", "offline"][(minute / rhythm + n) % 5]!;
        expect(await ledger.tell({ ada: status, [`guest.${minute}`]: "online" })).toBe(200);
        if (minute === 0) await vi.waitFor(() => isHeard(team));
        if ((minute + n) % 4 === 0) await evict(team);
      }
      if (minute % EVERY === 0) await fire();
      for (const { team } of teams) lost += Number(await loseAlarm(team));
    }
  };
  await pass(0, AWAY.from);
  // Cron itself finds no D1 to ask for teams, and says so.
  await withoutD1(() => pass(AWAY.from, AWAY.to, () => expect(cron()).rejects.toThrow("not all of the work")));
  await pass(AWAY.to, HOUR + 1);
  expect(lost, "alarms that were never set show nothing").toBeGreaterThan(HOUR);
  // The last updates were of minute 60: from here on nothing but cron happens.
  vi.setSystemTime(DAY + (HOUR + EVERY) * MINUTE);
  await cron();
  for (const { team, ledger } of teams) {
    expect(await waiting(team)).toBe(0);
    expect(opened(await held(team))).toEqual(opened(ledger.foretold()));
    await loseAlarm(team);
  }
  vi.setSystemTime(DAY + (HOUR + 2 * EVERY) * MINUTE);
  await cron();
  for (const { team, ledger } of teams) {
    expect(await held(team)).toEqual(ledger.foretold());
    expect(await alarmAt(team)).toBeNull();
  }
});
