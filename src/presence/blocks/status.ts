import { foldStatus } from "../../lib/text.ts";

/** What is no work, of everything a tool may say (product rule "Working time"); every other status is working. */
const NOT_WORKING = new Set([
  ...["offline", "away", "idle", "inactive", "be right back", "brb", "break", "lunch", "dinner", "sick"],
  ...["vacation", "holiday", "leave", "out of office", "ooo", "sleeping"],
]);

const DO_NOT_DISTURB = new Set(["dnd", "do not disturb"]);
const BUSY = new Set(["busy", "meeting", "in a meeting", "in meeting", "call", "in a call", "on a call"]);

/** Folded statuses that a team counts otherwise than usual: whether each is working. */
export type StatusClasses = Readonly<Record<string, boolean>>;

/**
 * Whether time spent in a status is working time for a team of these classes; statuses compare trimmed and case-folded,
 * `-` and `_` as spaces.
 */
export function isWorking(status: string, classes: StatusClasses): boolean {
  const folded = foldStatus(status);
  // A status may be called as any member of objects is: `constructor`.
  return Object.hasOwn(classes, folded) ? classes[folded]! : !NOT_WORKING.has(folded);
}

/** The one status that ends a block and opens none. */
export const isOffline = (status: string): boolean => foldStatus(status) === "offline";

/** Which of several statuses a person shows: the lowest rank wins. What is not working to the team is last. */
export function rank(status: string, classes: StatusClasses): number {
  if (!isWorking(status, classes)) return 3;
  const folded = foldStatus(status);
  if (DO_NOT_DISTURB.has(folded)) return 0;
  return BUSY.has(folded) ? 1 : 2;
}
