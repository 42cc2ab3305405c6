import { readdirSync, readFileSync } from "node:fs";

const lines = (file: string): string[] => readFileSync(file, "utf8").trim().split(/\s+/);

/** The process of the runtime that this one has started, as Linux numbers it; null on other systems. */
function findRuntime(): string | null {
  try {
    const children = readdirSync("/proc/self/task").flatMap((task) => lines(`/proc/self/task/${task}/children`));
    return children.find((id) => id !== "" && lines(`/proc/${id}/comm`)[0] === "workerd") ?? null;
  } catch {
    return null;
  }
}

/**
 * A clock, in milliseconds, that runs while the runtime works: by its CPU time where the system tells that, and so unmoved
 * by whatever else the machine does; elsewhere by the time of day.
 */
export function workClock(): () => number {
  const id = findRuntime();
  if (id === null) return () => performance.now();
  const tasks = `/proc/${id}/task`;
  // The first number of each thread is the nanoseconds it has run.
  return () => readdirSync(tasks).reduce((sum, task) => sum + Number(lines(`${tasks}/${task}/schedstat`)[0]), 0) / 1e6;
}
