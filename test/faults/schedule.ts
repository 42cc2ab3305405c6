import { vi } from "vitest";
import { alarm, ring, START } from "../support/presence.ts";
import type { Team } from "../support/team.ts";

/** An alarm that rings more often than this without time passing would ring forever. */
const MAX_RINGS_AT_ONCE = 10;

/** Returns when the team's alarm rings, in UTC milliseconds; null if it is not set. */
export async function alarmAt(team: Team): Promise<number | null> {
  const time = await alarm(team);
  return time === null ? null : START + time;
}

/** Moves the clock to `until`, UTC milliseconds, and rings the alarm whenever it is due, as the platform would. */
export async function passTo(team: Team, until: number): Promise<void> {
  let ringsInARow = 0;
  for (let due = await alarmAt(team); due !== null && due <= until; due = await alarmAt(team)) {
    ringsInARow = due > Date.now() ? 0 : ringsInARow + 1;
    if (ringsInARow > MAX_RINGS_AT_ONCE) throw new Error(`the alarm keeps ringing at ${new Date().toISOString()}`);
    vi.setSystemTime(Math.max(due, Date.now()));
    await ring(team);
  }
  vi.setSystemTime(until);
}
