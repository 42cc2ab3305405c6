import { FREE_A_DAY, type Metric, PLAN_DOLLARS, PRICES } from "./prices.ts";
import type { Usage } from "./row.ts";

/** What happens on a deployment, each with what one of it was measured to take. */
export type Operation =
  | "beat of a team"
  | "beat of one person"
  | "object that had hibernated"
  | "use of the key written down"
  | "status change"
  | "alarm"
  | "checkpoint"
  | "event"
  | "check-in"
  | "viewer"
  | "morning of a team"
  | "wake of all teams"
  | "wake of a team"
  | "refresh, nothing changed"
  | "refresh of a person";

/** What one operation takes. */
export type Measured = Usage & {
  /** Requests that reach the Worker. */
  requests: number;
  /** Milliseconds that the whole runtime works for it, D1 and objects included: no Worker's CPU time is more. */
  ms: number;
};

/** Who uses it, and how: a tool names everybody of a team in one heartbeat, or each person in one of their own. */
export type Workload = { people: number; naming: "teams" | "people" };

/** The most people to a team: who has more has several. */
export const PEOPLE_ON_TEAM = 100;
export const HOURS = 8;
export const WORK_DAYS = 22;
const MONTH_DAYS = 30;
export const EVENTS_A_DAY = 30;
/** Beyond what is asked for, and yet what a day is like: ten changes of status and a check-in for everybody. */
export const CHANGES_A_DAY = 10;
/** People to one live viewer. */
const PEOPLE_TO_VIEWER = 10;
/**
 * Minutes between alarms of an object that nothing else wakes (the usual timeout), between two times that the use of a key
 * is written down, and between checkpoints.
 */
const ALARM_MINUTES = 10;
const KEY_USE_MINUTES = 5;
const CHECKPOINT_MINUTES = 14;
/** Minutes between runs of cron, day and night: those that wake objects, and those that refresh subscriptions. */
const WAKE_MINUTES = 5;
const REFRESH_MINUTES = 15;
/** Memory billed for an object, whatever it uses. */
const OBJECT_GB = 0.128;

/** How often an operation happens on a work day, and how that comes to be. */
export type Use = { operation: Operation; count: number; formula: string; everyDay?: boolean };

/** What happens on a work day; runs of cron happen on other days too. */
export function usesOfDay({ people, naming }: Workload): Use[] {
  const teams = Math.ceil(people / PEOPLE_ON_TEAM);
  const [crowd, groups] = [`${people.toLocaleString("en")} people`, `${teams.toLocaleString("en")} teams`];
  const minutes = HOURS * 60;
  const beats: Use =
    naming === "teams"
      ? { operation: "beat of a team", count: teams * minutes, formula: `${groups} x ${minutes} min` }
      : { operation: "beat of one person", count: people * minutes, formula: `${crowd} x ${minutes} min` };
  const perTeam = (operation: Operation, every: number): Use => ({
    ...{
      operation,
      count: (teams * minutes) / every,
      formula: `${groups} x ${minutes} min${every === 1 ? "" : ` / ${every}`}`,
    },
  });
  const perPerson = (operation: Operation, times: number): Use => ({
    ...{ operation, count: people * times, formula: `${crowd} x ${times}` },
  });
  const runs = (every: number) => (24 * 60) / every;
  const refreshes = minutes / REFRESH_MINUTES;
  return [
    beats,
    // Of however many heartbeats a minute, the first finds an object that nobody has called for ten seconds.
    perTeam("object that had hibernated", 1),
    perTeam("use of the key written down", KEY_USE_MINUTES),
    perPerson("status change", CHANGES_A_DAY),
    perTeam("alarm", ALARM_MINUTES),
    perTeam("checkpoint", CHECKPOINT_MINUTES),
    perPerson("event", EVENTS_A_DAY),
    perPerson("check-in", 1),
    perPerson("viewer", 1 / PEOPLE_TO_VIEWER),
    { operation: "morning of a team", count: teams, formula: groups },
    {
      operation: "wake of all teams",
      count: runs(WAKE_MINUTES),
      formula: `${runs(WAKE_MINUTES)} runs`,
      everyDay: true,
    },
    {
      ...{ operation: "wake of a team", count: teams * runs(WAKE_MINUTES) },
      ...{ formula: `${groups} x ${runs(WAKE_MINUTES)} runs`, everyDay: true },
    },
    {
      ...{ operation: "refresh, nothing changed", count: runs(REFRESH_MINUTES) },
      ...{ formula: `${runs(REFRESH_MINUTES)} runs`, everyDay: true },
    },
    perPerson("refresh of a person", refreshes),
  ];
}

/** How often an operation happens in a month of 22 work days and 30 days. */
export const timesAMonth = ({ count, everyDay }: Use): number => count * (everyDay ? MONTH_DAYS : WORK_DAYS);

export type Totals = Record<Exclude<Metric, "d1Gb">, number>;

/** What some operations take together. `times` says how often each use counts. */
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

/** What a month costs, line by line, the plan itself not among them. */
export const linesOf = (used: Record<Metric, number>): Line[] =>
  PRICES.map(({ metric, name, included, dollars, per }) => ({
    ...{ metric, name, used: used[metric], included },
    dollars: (Math.max(used[metric] - included, 0) / per) * dollars,
  }));

/** What a month costs in dollars, the plan included. */
export const totalOf = (lines: Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, PLAN_DOLLARS);

/** GB that a month's events take. */
export const gigabytesOfMonth = (people: number, bytesPerEvent: number): number =>
  (people * EVENTS_A_DAY * WORK_DAYS * bytesPerEvent) / 1e9;

/** For each limit of the free plan, the most people whose work day stays within it. */
export function freePlan(naming: Workload["naming"], measured: Record<Operation, Measured>) {
  return FREE_A_DAY.map(({ metric, name, limit }) => {
    const isWithin = (people: number) =>
      totalsOf(usesOfDay({ people, naming }), measured, ({ count }) => count)[metric as keyof Totals] <= limit;
    // Doubled until it is too many, then halved down to the last that is not.
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
