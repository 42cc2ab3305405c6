import type * as z from "zod";
import type { Issue } from "../lib/failure.ts";
import type { JsonProblem } from "../lib/json.ts";
import { zodIssues } from "./body.ts";
import { pathText } from "./errors.ts";

/** An item of a list as a schema reads it, or what is wrong with it. `index` is its position in the list. */
export type Item<T> = { index: number; sent: unknown } & ({ value: T } | { issues: Issue[] });

/** More issues of one item than this add nothing new. */
const MAX_ISSUES = 8;

/**
 * Reads each item of a list in a body separately, so that a bad one does not refuse the others. `problems` are the JSON
 * problems that `jsonBody` or `readJson` tolerated within items; an item with one, such as deep nesting, is not validated
 * any further. Paths of issues begin within the item.
 */
export function readItems<S extends z.ZodType>(
  schema: S,
  sent: readonly unknown[],
  problems: readonly JsonProblem[],
): Item<z.output<S>>[] {
  const problemsByIndex = Map.groupBy(problems, ({ path }) => path[1]);
  return sent.map((one, index) => {
    const found = problemsByIndex.get(index);
    if (found) return { index, sent: one, issues: found.slice(0, MAX_ISSUES).map(issueOf) };
    const parsed = schema.safeParse(one);
    if (parsed.success) return { index, sent: one, value: parsed.data };
    return { index, sent: one, issues: zodIssues(parsed.error).slice(0, MAX_ISSUES) };
  });
}

/** A problem has a path in the body, `events[3].title`; its issue has the path in the item, `title`. */
const issueOf = ({ path, message }: JsonProblem): Issue => ({ path: pathText(path.slice(2)), message });

/** Gives an issue of an item its path in the body, such as `users[3].status`. */
export const issueInBody = (list: string, index: number, { path, message }: Issue): Issue => ({
  path: path === "" ? `${list}[${index}]` : `${list}[${index}].${path}`,
  message,
});

/** Reads a field of an item as it was sent: its text, null where it has none. */
export function sentText(sent: unknown, field: string): string | null {
  const value = typeof sent === "object" && sent !== null ? (sent as Record<string, unknown>)[field] : null;
  return typeof value === "string" ? value : null;
}

/** Makes a check of `jsonBody` or `readJson`: whether a problem lies within one item of the list under `field`. */
export const isWithinItem =
  (field: string) =>
  ({ path }: JsonProblem): boolean =>
    path[0] === field && typeof path[1] === "number";
