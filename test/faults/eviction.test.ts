import { abortAllDurableObjects } from "cloudflare:test";
import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { evict, MINUTE, presence, read, START, stopTheClock } from "../presence/client.ts";
import { postMerge } from "../support/merges.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { held, Ledger } from "./ledger.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";
import { alarmAt, passTo } from "./schedule.ts";

stopTheClock();
beforeEach(() => {
  vi.setSystemTime(START);
});

const TIMEOUT = 10;
type Step =
  | { act: "say"; statuses: Record<string, string>; source: string }
  | { act: "pass"; minutes: number }
  | { act: "merge" | "unmerge"; into: string; from: string }
  | { act: "see" | "list" | "overlap" };

/** The two ways in which an object's memory goes: it is put to sleep, or its machine fails. */
const LOSSES = ["evicted", "aborted"] as const;
type Loss = (typeof LOSSES)[number];
const lose = (team: Team, loss: Loss) =>
  loss === "aborted" ? abortAllDurableObjects() : evict(team).catch(isNotRunning);

/** An object that nothing has called yet cannot be evicted. */
function isNotRunning(error: unknown): void {
  if (!String(error).includes("not currently running")) throw error;
}

/** Everybody's presence. People are told apart by their names here: their ids are others in every team, as those of blocks. */
async function seen(team: Team): Promise<unknown> {
  return Object.values(await presence(team)).map(({ person_id, ...person }) => person);
}

type Block = { id: string; person_id: string; integration_id: string };

async function listed(team: Team): Promise<unknown> {
  const { data } = await read<{ data: Block[] }>(team, "/blocks?limit=200");
  const names = await namesOf(team);
  return data
    .map(({ id, integration_id, person_id, ...block }) => ({ ...block, person: names.get(person_id) }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function overlapped(team: Team): Promise<unknown> {
  const day = `from=${new Date(START).toISOString()}&to=${new Date(START + 86_400_000).toISOString()}`;
  const { data } = await read<{ data: { person_ids: string[] }[] }>(team, `/overlap?${day}&limit=200`);
  const names = await namesOf(team);
  return data.map(({ person_ids, ...stretch }) => ({
    ...stretch,
    people: person_ids.map((id) => names.get(id)).sort(),
  }));
}

async function namesOf(team: Team): Promise<Map<string, string>> {
  const { data } = await read<{ data: { id: string; name: string }[] }>(team, "/people?limit=200");
  return new Map(data.map(({ id, name }) => [id, name]));
}

/** Takes one step, and gives what its caller got to see. */
async function take(team: Team, ledger: Ledger, step: Step): Promise<unknown> {
  switch (step.act) {
    case "say":
      // No two updates are of the same moment.
      vi.setSystemTime(Date.now() + 1);
      return ledger.tell(step.statuses, { source: step.source });
    case "pass":
      return passTo(team, Date.now() + step.minutes * MINUTE);
    case "merge":
    case "unmerge":
      return (await postMerge(team, step.into, step.act, step.from)).status;
    case "see":
      return seen(team);
    case "list":
      return listed(team);
    case "overlap":
      return overlapped(team);
  }
}

/** Lives through a journey on a team of its own; `losses` says at which steps the object has just lost its memory. */
async function live(journey: Step[], losses: Map<number, Loss> = new Map()) {
  vi.setSystemTime(START);
  const team = await mintTeam({ timeoutMinutes: TIMEOUT });
  const ledger = new Ledger(team, TIMEOUT);
  const told: unknown[] = [];
  for (const [index, step] of journey.entries()) {
    if (losses.has(index)) await lose(team, losses.get(index)!);
    told.push(await take(team, ledger, step));
  }
  if (losses.has(journey.length)) await lose(team, losses.get(journey.length)!);
  // Long after everything.
  await passTo(team, Date.now() + 60 * MINUTE);
  return {
    foretold: ledger.foretold(),
    held: await held(team),
    alarm: await alarmAt(team),
    end: [told, await seen(team), await listed(team)],
  };
}

const say = (statuses: Record<string, string>, source = "test"): Step => ({ act: "say", statuses, source });
const pass = (minutes: number): Step => ({ act: "pass", minutes });
const merge = (into: string, from: string): Step => ({ act: "merge", into, from });
const unmerge = (into: string, from: string): Step => ({ act: "unmerge", into, from });
const [see, list, overlap]: Step[] = [{ act: "see" }, { act: "list" }, { act: "overlap" }];

/** A day in which everything happens that can happen to presence. */
const DAY: Step[] = [
  ...[say({ ada: "online", bob: "busy" }), pass(4), say({ ada: "online", bob: "Busy", "ada@work": "coding" })],
  ...[merge("ada", "ada@work"), see!, pass(9), say({ ada: "lunch", cy: "online", bob: "offline" }), list!, pass(8)],
  ...[say({ ada: "online", cy: "online" }, "git"), unmerge("ada", "ada@work"), pass(12)],
  ...[say({ ada: "online", dee: "away" }), merge("bob", "dee"), pass(7), overlap!],
  ...[say({ ada: "busy", dee: "offline" }), say({ ada: "offline" })],
];

test("a journey ends alike, whichever of its steps finds the object gone", { timeout: TIMEOUT_MS }, async () => {
  const spared = await live(DAY);
  expect(spared.held).toEqual(spared.foretold);
  expect(spared.alarm).toBeNull();
  expect(spared.held.length).toBeGreaterThan(8);
  for (let step = 0; step <= DAY.length; step++) {
    for (let n = 0; n < scale("lossesAtEachStep"); n++) {
      const loss = LOSSES[(step + n) % LOSSES.length]!;
      expect({ step, loss, ...(await live(DAY, new Map([[step, loss]]))) }).toEqual({ step, loss, ...spared });
    }
  }
  for (const loss of LOSSES) {
    const each = new Map(Array.from({ length: DAY.length + 1 }, (_, step) => [step, loss]));
    expect({ loss, ...(await live(DAY, each)) }).toEqual({ loss, ...spared });
  }
});

const PEOPLE = ["ada", "bob", "cy", "dee"];
const one = fc.constantFrom(...PEOPLE);
const status = fc.constantFrom("online", "Online", "busy", "lunch", "offline");
const saying = fc
  .subarray(PEOPLE, { minLength: 1 })
  .chain((who) => fc.record(Object.fromEntries(who.map((name) => [name, status]))));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(saying, fc.constantFrom("chat", "git")).map((of) => say(...of)) },
  { weight: 4, arbitrary: fc.constantFrom(1, 4, 9, 10, 11, 15).map(pass) },
  { weight: 2, arbitrary: fc.constantFrom(see!, list!, overlap!) },
  { weight: 1, arbitrary: fc.tuple(one, one).map((of) => merge(...of)) },
  { weight: 1, arbitrary: fc.tuple(one, one).map((of) => unmerge(...of)) },
);
const journey = fc.array(step, { minLength: 8, maxLength: 30 });
const losses = fc.uniqueArray(fc.tuple(fc.nat(30), fc.constantFrom<Loss>(...LOSSES)), {
  ...{ minLength: 1, maxLength: 12 },
  selector: ([index]) => index,
});

test("journeys by chance end alike with an object that vanishes now and then", { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(journey, losses, async (steps, lost) => {
      const spared = await live(steps);
      expect(spared.held).toEqual(spared.foretold);
      expect(await live(steps, new Map(lost))).toEqual(spared);
    }),
    { numRuns: scale("brokenJourneys") },
  );
});
