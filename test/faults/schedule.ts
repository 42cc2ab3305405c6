import { vi } from "vitest";
import { alarm, ring, START } from "../presence/client.ts";
import type { Team } from "../support/team.ts";

/** More rings than this in one instant and an alarm is hot: it would never let time go on. */
const MAX_RINGS_AT_ONCE = 10;

/** When the team's alarm rings, UTC milliseconds; null when it is not set. */
export async function alarmAt(team: Team): Promise<number | null> {
  const time = await alarm(team);
  return time === null ? null : START + time;
}

/** Brings the clock to `until`, and rings the alarm whenever it is due on the way, as the platform would. */
export async function passTo(team: Team, until: number): Promise<void> {
  let rings = 0;
  for (let due = await alarmAt(team); due !== null && due <= until; due = await alarmAt(team)) {
    rings = due > Date.now() ? 0 : rings + 1;
    if (rings > MAX_RINGS_AT_ONCE) throw new Error(`the alarm rings and rings at ${new Date().toISOString()}`);
    vi.setSystemTime(Math.max(due, Date.now()));
    await ring(team);
  }
  vi.setSystemTime(until);
}
