import {
  freePlan,
  gigabytesOfMonth,
  type Line,
  linesOf,
  type Measured,
  type Operation,
  PEOPLE_ON_TEAM,
  timesAMonth,
  totalOf,
  totalsOf,
  usesOfDay,
  type Workload,
} from "./cost.ts";
import { FREE_A_DAY, MAX_DATABASE_GB, PLAN_DOLLARS } from "./prices.ts";
import { columns, number } from "./table.ts";

const PEOPLE_COUNTS = [10, 1_000, 100_000];
/** The number of people that must cost no more than the base price of the plan. */
const PEOPLE_IN_PLAN = 1_000;

type Costs = { measured: Record<Operation, Measured>; bytesPerEvent: number };

/** Computes a month's bill for several numbers of people, with all its parts. */
export function bills(costs: Costs) {
  return (["teams", "people"] as const).flatMap((naming) =>
    PEOPLE_COUNTS.map((people) => {
      const uses = usesOfDay({ people, naming });
      const lines = linesOf({
        ...totalsOf(uses, costs.measured, timesAMonth),
        d1Gb: gigabytesOfMonth(people, costs.bytesPerEvent),
      });
      return { people, naming, uses, lines, dollars: totalOf(lines) };
    }),
  );
}

type Bill = ReturnType<typeof bills>[number];

/** Whether a bill is within its bound: 1,000 people, with one heartbeat for each team, cost the price of the plan. */
export const isWithinPlan = ({ people, naming, dollars }: Bill): boolean =>
  people !== PEOPLE_IN_PLAN || naming !== "teams" || dollars <= PLAN_DOLLARS;

/** Writes all costs as text. */
export function billText(costs: Costs): string {
  const parts = [INTRODUCTION, operationsText(costs)];
  for (const bill of bills(costs)) parts.push(oneText(bill, costs.bytesPerEvent));
  for (const naming of ["teams", "people"] as const) parts.push(freeText(naming, costs));
  return parts.join("\n\n");
}

const INTRODUCTION = `The costs of a month by Cloudflare's price list for Workers Paid, with 22 work days of 8 hours. A team has at most
${PEOPLE_ON_TEAM} people. Its tool sends one heartbeat a minute for all of them, or, where the text says so, one heartbeat a minute for
each person. Each person has 30 events a day, each event in its own request. Each person also has ten status changes a day,
each with its own alarm, one check-in a day, and a quarterly subscription that changes in every run of cron in work hours.
There is one live viewer for ten people. A viewer connects once a day. Messages to viewers and their pings cost nothing. The
computation assumes that objects hibernate every minute. Idle objects that could hibernate are not billed. The CPU time is
all work of the local runtime, with D1 and objects, and so it is more than the billed time.`;

function operationsText({ measured, bytesPerEvent }: Costs): string {
  const head = ["one", "D1 read", "D1 written", "object read", "object written", "object requests", "requests", "ms"];
  const rows = Object.entries(measured).map(([operation, one]) => [
    operation,
    ...[one.d1Read, one.d1Written, one.objectRead, one.objectWritten, one.objectRequests, one.requests, one.ms].map(
      number,
    ),
  ]);
  return `Measured, on a team of ${PEOPLE_ON_TEAM}:\n${columns([head, ...rows])}\nAn event takes ${number(bytesPerEvent)} bytes of D1, with its indexes and its share of blocks.`;
}

function oneText({ people, naming, uses, lines, dollars }: Bill, bytesPerEvent: number): string {
  const each = naming === "teams" ? "a heartbeat names a team" : "a heartbeat names one person";
  const happens = uses.map((use) => [
    `  ${use.operation}`,
    `${use.formula} x ${use.everyDay ? "30" : "22"} days`,
    `= ${number(timesAMonth(use))}`,
  ]);
  const priced = lines.map((line) => [`  ${line.name}`, number(line.used), `- ${number(line.included)}`, money(line)]);
  const perMonth = gigabytesOfMonth(people, bytesPerEvent);
  return [
    `${number(people)} people, ${each}: $${dollars.toFixed(2)} a month`,
    columns(happens),
    columns([...priced, ["  the plan", "", "", `$${PLAN_DOLLARS.toFixed(2)}`]]),
    `  Storage is that of the first month. Every month adds the same amount. A database of ${MAX_DATABASE_GB} GB has room for ${number(MAX_DATABASE_GB / perMonth)} months.`,
  ].join("\n");
}

const money = ({ dollars }: Line): string => `$${dollars.toFixed(2)}`;

function freeText(naming: Workload["naming"], { measured }: Costs): string {
  const limits = freePlan(naming, measured);
  const rows = limits.map(({ name, limit, people }) => [
    `  ${name}`,
    `${number(limit)} a day`,
    `${number(people)} people`,
  ]);
  const most = Math.min(...limits.map(({ people }) => people));
  const each = naming === "teams" ? "a heartbeat names a team" : "a heartbeat names one person";
  return `The free plan, where ${each}, is enough for ${number(most)} people. Each of its ${FREE_A_DAY.length} daily limits is reached at:\n${columns(rows)}`;
}
