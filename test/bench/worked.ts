import { readdirSync, readFileSync } from "node:fs";

const lines = (file: string): string[] => readFileSync(file, "utf8").trim().split(/\s+/);

/** Finds the id of the runtime's process, a child of this process, on Linux; null on other systems. */
function findRuntime(): string | null {
  try {
    const children = readdirSync("/proc/self/task").flatMap((task) => lines(`/proc/self/task/${task}/children`));
    return children.find((id) => id !== "" && lines(`/proc/${id}/comm`)[0] === "workerd") ?? null;
  } catch {
    return null;
  }
}

/**
 * Makes a clock, in milliseconds, of the work of the runtime. On Linux it is the CPU time, so other processes do not
 * change it. On other systems it is the wall-clock time.
 */
export function workClock(): () => number {
  const id = findRuntime();
  if (id === null) return () => performance.now();
  const tasks = `/proc/${id}/task`;
  // The first number of a thread's schedstat is its run time in nanoseconds.
  return () => readdirSync(tasks).reduce((sum, task) => sum + Number(lines(`${tasks}/${task}/schedstat`)[0]), 0) / 1e6;
}
