import { formatInstant } from "../../lib/instant.ts";
import { type ParsedUpdate, TOO_MANY_SOURCES, TOO_OLD } from "./presence_update.ts";

/** What became of a presence update: see `recordHeartbeat`. */
type Outcome = { isTooOld: boolean; hasTooManySources: boolean };

/** Shows what became of a presence update; `warnings` only where there are any. */
export function acceptedBody({ processed, warnings }: ParsedUpdate, outcome: Outcome, now: number) {
  const all = [
    ...(outcome.isTooOld ? [TOO_OLD] : []),
    ...(outcome.hasTooManySources ? [TOO_MANY_SOURCES] : []),
    ...warnings,
  ];
  return {
    success: true,
    timestamp: formatInstant(now),
    processed,
    ...(all.length > 0 && { warnings: all }),
  };
}
