import { FREE_A_DAY, type Metric, PLAN_DOLLARS, PRICES } from "./prices.ts";
import type { Usage } from "./row.ts";

/** The operations of a deployment whose costs are measured. */
export type Operation =
  | "heartbeat of a team"
  | "heartbeat of one person"
  | "wake of a hibernated object"
  | "write of the last key use"
  | "status change"
  | "alarm"
  | "checkpoint"
  | "event"
  | "check-in"
  | "viewer"
  | "morning reports of a team"
  | "cron wake of all teams"
  | "cron wake of a team"
  | "refresh, nothing changed"
  | "refresh of a person";

/** The measured costs of one operation. */
export type Measured = Usage & {
  /** Requests that reach the Worker. */
  requests: number;
  /** Milliseconds of work of the whole runtime, with D1 and objects. The CPU time of the Worker is at most this. */
  ms: number;
};

/** The number of people, and whether a heartbeat names all people of a team or only one person. */
export type Workload = { people: number; naming: "teams" | "people" };

/** The most people on one team. More people are divided into several teams. */
export const PEOPLE_ON_TEAM = 100;
export const HOURS = 8;
export const WORK_DAYS = 22;
const MONTH_DAYS = 30;
export const EVENTS_A_DAY = 30;
/** Status changes of each person on a work day. */
export const CHANGES_A_DAY = 10;
/** The number of people for each live viewer. */
const PEOPLE_TO_VIEWER = 10;
/**
 * Minutes between alarms of an object that nothing else wakes (the default timeout), between two writes of the last use of
 * a key, and between checkpoints.
 */
const ALARM_MINUTES = 10;
const KEY_USE_MINUTES = 5;
const CHECKPOINT_MINUTES = 14;
/** Minutes between runs of cron that wake objects, and between runs that refresh subscriptions, day and night. */
const WAKE_MINUTES = 5;
const REFRESH_MINUTES = 15;
/** The memory in GB that is billed for each object, independent of its use. */
const OBJECT_GB = 0.128;

/** How often an operation happens on a work day, and the formula for that count. */
export type Use = { operation: Operation; count: number; formula: string; everyDay?: boolean };

/** Lists the operations of a work day. Those of cron also happen on other days (`everyDay`). */
export function usesOfDay({ people, naming }: Workload): Use[] {
  const teams = Math.ceil(people / PEOPLE_ON_TEAM);
  const [peopleText, teamsText] = [`${people.toLocaleString("en")} people`, `${teams.toLocaleString("en")} teams`];
  const minutes = HOURS * 60;
  const beats: Use =
    naming === "teams"
      ? { operation: "heartbeat of a team", count: teams * minutes, formula: `${teamsText} x ${minutes} min` }
      : { operation: "heartbeat of one person", count: people * minutes, formula: `${peopleText} x ${minutes} min` };
  const perTeam = (operation: Operation, every: number): Use => ({
    ...{
      operation,
      count: (teams * minutes) / every,
      formula: `${teamsText} x ${minutes} min${every === 1 ? "" : ` / ${every}`}`,
    },
  });
  const perPerson = (operation: Operation, times: number): Use => ({
    ...{ operation, count: people * times, formula: `${peopleText} x ${times}` },
  });
  const runs = (every: number) => (24 * 60) / every;
  const refreshes = minutes / REFRESH_MINUTES;
  return [
    beats,
    // The first heartbeat of each minute finds an object that was idle for ten seconds and has hibernated.
    perTeam("wake of a hibernated object", 1),
    perTeam("write of the last key use", KEY_USE_MINUTES),
    perPerson("status change", CHANGES_A_DAY),
    perTeam("alarm", ALARM_MINUTES),
    perTeam("checkpoint", CHECKPOINT_MINUTES),
    perPerson("event", EVENTS_A_DAY),
    perPerson("check-in", 1),
    perPerson("viewer", 1 / PEOPLE_TO_VIEWER),
    { operation: "morning reports of a team", count: teams, formula: teamsText },
    {
      operation: "cron wake of all teams",
      count: runs(WAKE_MINUTES),
      formula: `${runs(WAKE_MINUTES)} runs`,
      everyDay: true,
    },
    {
      ...{ operation: "cron wake of a team", count: teams * runs(WAKE_MINUTES) },
      ...{ formula: `${teamsText} x ${runs(WAKE_MINUTES)} runs`, everyDay: true },
    },
    {
      ...{ operation: "refresh, nothing changed", count: runs(REFRESH_MINUTES) },
      ...{ formula: `${runs(REFRESH_MINUTES)} runs`, everyDay: true },
    },
    perPerson("refresh of a person", refreshes),
  ];
}

/** Counts how often an operation happens in a month of 30 days, of which 22 are work days. */
export const timesAMonth = ({ count, everyDay }: Use): number => count * (everyDay ? MONTH_DAYS : WORK_DAYS);

export type Totals = Record<Exclude<Metric, "d1Gb">, number>;

/** Sums the costs of some operations. `times` returns how often each one counts. */
export function totalsOf(uses: Use[], measured: Record<Operation, Measured>, times: (use: Use) => number): Totals {
  const sum = (of: (one: Measured) => number) =>
    uses.reduce((total, use) => total + times(use) * of(measured[use.operation]), 0);
  return {
    requests: sum(({ requests }) => requests),
    cpuMs: sum(({ ms }) => ms),
    objectRequests: sum(({ objectRequests }) => objectRequests),
    objectGbS: sum(({ objectRequests, ms }) => (objectRequests > 0 ? (ms / 1_000) * OBJECT_GB : 0)),
    objectRead: sum(({ objectRead }) => objectRead),
    objectWritten: sum(({ objectWritten }) => objectWritten),
    d1Read: sum(({ d1Read }) => d1Read),
    d1Written: sum(({ d1Written }) => d1Written),
  };
}

/** A line of a bill. */
export type Line = { metric: Metric; name: string; used: number; included: number; dollars: number };

/** Computes the lines of a month's bill, without the base price of the plan. */
export const linesOf = (used: Record<Metric, number>): Line[] =>
  PRICES.map(({ metric, name, included, dollars, per }) => ({
    ...{ metric, name, used: used[metric], included },
    dollars: (Math.max(used[metric] - included, 0) / per) * dollars,
  }));

/** Sums a month's bill in dollars, with the base price of the plan. */
export const totalOf = (lines: Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, PLAN_DOLLARS);

/** Computes the GB of storage for the events of a month. */
export const gigabytesOfMonth = (people: number, bytesPerEvent: number): number =>
  (people * EVENTS_A_DAY * WORK_DAYS * bytesPerEvent) / 1e9;

/** Finds, for each limit of the free plan, the most people whose work day stays within it. */
export function freePlan(naming: Workload["naming"], measured: Record<Operation, Measured>) {
  return FREE_A_DAY.map(({ metric, name, limit }) => {
    const isWithin = (people: number) =>
      totalsOf(usesOfDay({ people, naming }), measured, ({ count }) => count)[metric as keyof Totals] <= limit;
    // The number is doubled until it is over the limit, and then found by bisection.
    let [most, tooMany] = [0, 1];
    while (isWithin(tooMany) && tooMany < 1e7) [most, tooMany] = [tooMany, tooMany * 2];
    while (tooMany - most > 1) {
      const middle = Math.floor((most + tooMany) / 2);
      if (isWithin(middle)) most = middle;
      else tooMany = middle;
    }
    return { name, limit, people: most };
  });
}
