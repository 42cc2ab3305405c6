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

const CROWDS = [10, 1_000, 100_000];
/** How many people have to fit into the plan's own price. */
const MUST_FIT = 1_000;

type Costs = { measured: Record<Operation, Measured>; bytesPerEvent: number };

/** A month's bill for crowds of people, with how it comes to be. */
export function bills(costs: Costs) {
  return (["teams", "people"] as const).flatMap((naming) =>
    CROWDS.map((people) => {
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

/** Whether a bill is what it has to be: 1,000 people, named a team at a time, for the price of the plan. */
export const fits = ({ people, naming, dollars }: Bill): boolean =>
  people !== MUST_FIT || naming !== "teams" || dollars <= PLAN_DOLLARS;

/** All there is to say about what Rollcall costs, as text. */
export function billText(costs: Costs): string {
  const parts = [INTRODUCTION, operationsText(costs)];
  for (const bill of bills(costs)) parts.push(oneText(bill, costs.bytesPerEvent));
  for (const naming of ["teams", "people"] as const) parts.push(freeText(naming, costs));
  return parts.join("\n\n");
}

const INTRODUCTION = `A month by Cloudflare's price list, Workers Paid: 22 work days of 8 hours. Teams of at most ${PEOPLE_ON_TEAM}; each has a tool
that sends one heartbeat a minute naming all of them, or, where it says so, one heartbeat a minute for each person. 30
events a day each, every one in a request of its own; one live viewer per ten people, who connects once a day (what is sent
to viewers, and their pings, cost nothing). Beyond that: ten changes of status a day each, every one with an alarm of its
own; a check-in a day each; everybody subscribed to their quarter, which changes in every run of cron in working hours.
Objects are taken to hibernate every minute; idle ones that could hibernate are not billed. CPU is all
that the local runtime works, D1 and objects included, and so more than will be billed.`;

function operationsText({ measured, bytesPerEvent }: Costs): string {
  const head = ["one", "D1 read", "D1 written", "object read", "object written", "object requests", "requests", "ms"];
  const rows = Object.entries(measured).map(([operation, one]) => [
    operation,
    ...[one.d1Read, one.d1Written, one.objectRead, one.objectWritten, one.objectRequests, one.requests, one.ms].map(
      number,
    ),
  ]);
  return `Measured, on a team of ${PEOPLE_ON_TEAM}:\n${columns([head, ...rows])}\nAn event takes ${number(bytesPerEvent)} bytes of D1, indexes and its share of blocks included.`;
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
    `  Storage is that of the first month; every month adds as much, and a database of ${MAX_DATABASE_GB} GB holds ${number(MAX_DATABASE_GB / perMonth)} months.`,
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
  return `The free plan, where ${each}, holds ${number(most)} people. Of its ${FREE_A_DAY.length} daily limits each is met at:\n${columns(rows)}`;
}
