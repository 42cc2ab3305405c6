/** What tools call finished work. */
const COMPLETED = new Set([
  ...["completed", "complete", "done", "closed", "resolved", "merged", "success", "succeeded", "passed"],
  ...["shipped", "deployed", "released", "approved"],
]);

/**
 * Whether an event counts as a completed activity. Its details decide, by the first string of `status` and `state`: trimmed
 * and in lower case, it must be one of the words above. An event without such a string is completed.
 */
export function isCompleted(details: object | null): boolean {
  const { status, state } = (details ?? {}) as { status?: unknown; state?: unknown };
  const word = [status, state].find((value) => typeof value === "string");
  return word === undefined || COMPLETED.has(word.trim().toLowerCase());
}
