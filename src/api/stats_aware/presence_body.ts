import { formatInstant } from "../../lib/instant.ts";
import { type ParsedUpdate, TOO_OLD } from "./presence_update.ts";

/** Shows what became of a presence update; `warnings` only where there are any. */
export function acceptedBody({ processed, warnings }: ParsedUpdate, isTooOld: boolean, now: number) {
  const all = isTooOld ? [TOO_OLD, ...warnings] : warnings;
  return {
    success: true,
    timestamp: formatInstant(now),
    processed,
    ...(all.length > 0 && { warnings: all }),
  };
}
