/** What tools call finished work. */
const COMPLETED = new Set([
  ...["completed", "complete", "done", "closed", "resolved", "merged", "success", "succeeded", "passed"],
  ...["shipped", "deployed", "released", "approved"],
]);

/**
 * Whether an event counts as a completed activity. If `details.status`, or else `details.state`, is a string, it must be one
 * of the words above, trimmed and in any case. Without such a string, the event is completed.
 */
export function isCompleted(details: object | null): boolean {
  const { status, state } = (details ?? {}) as { status?: unknown; state?: unknown };
  const word = [status, state].find((value) => typeof value === "string");
  return word === undefined || COMPLETED.has(word.trim().toLowerCase());
}
