import { foldStatus } from "../../lib/text.ts";

/** Statuses that are not working time. Every other status is. */
const NOT_WORKING = new Set([
  ...["offline", "away", "idle", "inactive", "be right back", "brb", "break", "lunch", "dinner", "sick"],
  ...["vacation", "holiday", "leave", "out of office", "ooo", "sleeping"],
]);

const DO_NOT_DISTURB = new Set(["dnd", "do not disturb"]);
const BUSY = new Set(["busy", "meeting", "in a meeting", "in meeting", "call", "in a call", "on a call"]);

/** Folded statuses that a team has reclassified, and whether each is working. */
export type StatusClasses = Readonly<Record<string, boolean>>;

/**
 * Whether time spent in a status is working time for a team with these classes. Statuses are compared trimmed, case-folded,
 * and with `-` and `_` as spaces.
 */
export function isWorking(status: string, classes: StatusClasses): boolean {
  const folded = foldStatus(status);
  // hasOwn, because a status may be "constructor", which every object has.
  return Object.hasOwn(classes, folded) ? classes[folded]! : !NOT_WORKING.has(folded);
}

/** Whether a status is offline, the one status that ends a block and opens none. */
export const isOffline = (status: string): boolean => foldStatus(status) === "offline";

/**
 * Ranks a status among the open ones of a person, who shows the one with the lowest rank: do not disturb (0), busy or in a
 * meeting (1), other working statuses (2), statuses that are not working (3).
 */
export function rank(status: string, classes: StatusClasses): number {
  if (!isWorking(status, classes)) return 3;
  const folded = foldStatus(status);
  if (DO_NOT_DISTURB.has(folded)) return 0;
  return BUSY.has(folded) ? 1 : 2;
}
