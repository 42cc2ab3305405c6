import { formatInstant } from "../../lib/instant.ts";
import { type ParsedUpdate, TOO_MANY_SOURCES, TOO_OLD, type UserFailure } from "./presence_update.ts";

/**
 * What became of a presence update: see `recordHeartbeat`. `refused`: positions in the heartbeat of users who were not
 * recorded, and `reason` why.
 */
type Outcome = { isTooOld: boolean; hasTooManySources: boolean; refused: readonly number[]; reason: string };

/** Shows what became of a presence update; `warnings` and `failures` only where there are any. */
export function acceptedBody(update: ParsedUpdate, outcome: Outcome, now: number) {
  const { isTooOld, hasTooManySources, refused, reason } = outcome;
  const warnings = [
    ...(isTooOld ? [TOO_OLD] : []),
    ...(hasTooManySources ? [TOO_MANY_SOURCES] : []),
    ...update.warnings,
  ];
  const failures = [...update.failures, ...refused.map((position) => refusal(update, position, reason))];
  return {
    success: true,
    timestamp: formatInstant(now),
    processed: withoutRefused(update, refused),
    ...(warnings.length > 0 && { warnings }),
    ...(failures.length > 0 && { failures: failures.sort((a, b) => a.index - b.index) }),
  };
}

const refusal = ({ users, indexes }: ParsedUpdate, position: number, reason: string): UserFailure => ({
  index: indexes[position]!,
  personIdentifier: users.identifier[position]!,
  message: `personIdentifier: ${reason}`,
});

/** Counts users and statuses without those who were refused. */
function withoutRefused({ processed, users }: ParsedUpdate, refused: readonly number[]): ParsedUpdate["processed"] {
  const statuses = new Map(Object.entries(processed.statuses));
  for (const position of refused) {
    const status = users.status[position]!;
    const left = statuses.get(status)! - 1;
    if (left > 0) statuses.set(status, left);
    else statuses.delete(status);
  }
  return { users: processed.users - refused.length, statuses: Object.fromEntries(statuses) };
}
