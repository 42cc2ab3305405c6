import type { SystemContext } from "../auth/actor.ts";
import { MINUTE_MS } from "../lib/duration.ts";
import { calendars } from "../statistics/calendar.ts";
import { listRetentionPolicies, removeBlocks, removeEvents } from "./service.ts";

/**
 * Rows that one step removes at most, and steps of each kind in one run. D1 does nothing else while it runs the batch of a
 * step: a third of a second, as measured. Four steps every fifteen minutes remove 1.5 million events a day, ten times what a
 * thousand busy people make.
 */
const LIMITS = { rows: 4_000, steps: 4 };

const RUN_EVERY_MS = 15 * MINUTE_MS;

/**
 * Removes events and blocks that are older than their team keeps, the oldest first, and keeps their numbers. Each step is one
 * atomic batch. What a run does not finish, because there was too much or a row changed meanwhile, the next run does. Where
 * nothing is due it writes no row.
 */
export async function removeExpired(
  context: Pick<SystemContext, "db" | "now">,
  { rows, steps } = LIMITS,
): Promise<void> {
  const policies = await listRetentionPolicies(context);
  if (policies.length === 0) return;
  // Each run begins with another team, so that a team with years to remove does not keep the others waiting.
  const first = Math.floor(context.now / RUN_EVERY_MS) % policies.length;
  const inTurn = [...policies.slice(first), ...policies.slice(0, first)];
  const calendarOf = calendars();
  await repeat(steps, () => removeEvents(context, inTurn, rows, calendarOf));
  await repeat(steps, () => removeBlocks(context, inTurn, rows, calendarOf));
}

/** Runs a step up to `times` times, as long as it returns that there may be more to do. */
async function repeat(times: number, step: () => Promise<boolean>): Promise<void> {
  for (let n = 0; n < times && (await step()); n += 1);
}
