import { foldStatus } from "../lib/text.ts";

/** What is no work, of everything a tool may say (product rule "Working time"); every other status is working. */
const NOT_WORKING = new Set([
  ...["offline", "away", "idle", "inactive", "be right back", "brb", "break", "lunch", "dinner", "sick"],
  ...["vacation", "holiday", "leave", "out of office", "ooo", "sleeping"],
]);

const DO_NOT_DISTURB = new Set(["dnd", "do not disturb"]);
const BUSY = new Set(["busy", "meeting", "in a meeting", "in meeting", "call", "in a call", "on a call"]);

/** Whether time spent in a status is working time; statuses compare trimmed and case-folded, `-` and `_` as spaces. */
export const isWorking = (status: string): boolean => !NOT_WORKING.has(foldStatus(status));

/** The one status that ends a block and opens none. */
export const isOffline = (status: string): boolean => foldStatus(status) === "offline";

/** Which of several statuses a person shows: the lowest rank wins. */
export function rank(status: string): number {
  const folded = foldStatus(status);
  if (DO_NOT_DISTURB.has(folded)) return 0;
  if (BUSY.has(folded)) return 1;
  return NOT_WORKING.has(folded) ? 3 : 2;
}
