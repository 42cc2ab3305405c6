/** What a tool may call something that is done (product.md, "Numbers"). */
const DONE = new Set(
  ["completed", "complete", "done", "closed", "resolved", "merged", "success", "succeeded", "passed"].concat([
    "shipped",
    "deployed",
    "released",
    "approved",
  ]),
);

/**
 * Whether an event counts as a completed activity: unless the `status` of its details, or the `state` where that is no
 * string, is a string that says otherwise. Compared trimmed and without regard to case.
 */
export function isCompleted(details: object | null): boolean {
  const { status, state } = (details ?? {}) as { status?: unknown; state?: unknown };
  const said = [status, state].find((word) => typeof word === "string");
  return said === undefined || DONE.has(said.trim().toLowerCase());
}
