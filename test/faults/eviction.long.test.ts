import { abortAllDurableObjects } from "cloudflare:test";
import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";
import { postMerge } from "../support/merges.ts";
import { evict, MINUTE, presence, read, START, stopTheClock } from "../support/presence.ts";
import { mintTeam, type Team } from "../support/team.ts";
import { blocksInD1, Ledger } from "./ledger.ts";
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

/** The two ways in which an object loses its memory: the platform evicts it, or its machine fails. */
const LOSSES = ["evicted", "aborted"] as const;
type Loss = (typeof LOSSES)[number];
const loseMemory = (team: Team, loss: Loss) =>
  loss === "aborted" ? abortAllDurableObjects() : evict(team).catch(isNotRunning);

/** Ignores that an object that was never called cannot be evicted. */
function isNotRunning(error: unknown): void {
  if (!String(error).includes("not currently running")) throw error;
}

/** Returns everyone's presence with names instead of ids, because each team has other ids. */
async function listPresence(team: Team): Promise<unknown> {
  return Object.values(await presence(team)).map(({ person_id, ...person }) => person);
}

type Block = { id: string; person_id: string; integration_id: string };

async function listBlocks(team: Team): Promise<unknown> {
  const { data } = await read<{ data: Block[] }>(team, "/blocks?limit=200");
  const names = await namesOf(team);
  return data
    .map(({ id, integration_id, person_id, ...block }) => ({ ...block, person: names.get(person_id) }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function listOverlap(team: Team): Promise<unknown> {
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

/** Runs one step, and returns the answer. */
async function runStep(team: Team, ledger: Ledger, step: Step): Promise<unknown> {
  switch (step.act) {
    case "say":
      // Two heartbeats never have the same time.
      vi.setSystemTime(Date.now() + 1);
      return ledger.send(step.statuses, { source: step.source });
    case "pass":
      return passTo(team, Date.now() + step.minutes * MINUTE);
    case "merge":
    case "unmerge":
      return (await postMerge(team, step.into, step.act, step.from)).status;
    case "see":
      return listPresence(team);
    case "list":
      return listBlocks(team);
    case "overlap":
      return listOverlap(team);
  }
}

/** Runs steps on a new team. `losses`: before which steps the object loses its memory. */
async function run(steps: Step[], losses: Map<number, Loss> = new Map()) {
  vi.setSystemTime(START);
  const team = await mintTeam({ timeoutMinutes: TIMEOUT });
  const ledger = new Ledger(team, TIMEOUT);
  const answers: unknown[] = [];
  for (const [index, step] of steps.entries()) {
    if (losses.has(index)) await loseMemory(team, losses.get(index)!);
    answers.push(await runStep(team, ledger, step));
  }
  if (losses.has(steps.length)) await loseMemory(team, losses.get(steps.length)!);
  // The last state is read after every timeout has passed.
  await passTo(team, Date.now() + 60 * MINUTE);
  return {
    expected: ledger.expectedBlocks(),
    blocksInD1: await blocksInD1(team),
    alarm: await alarmAt(team),
    end: [answers, await listPresence(team), await listBlocks(team)],
  };
}

const send = (statuses: Record<string, string>, source = "test"): Step => ({ act: "say", statuses, source });
const wait = (minutes: number): Step => ({ act: "pass", minutes });
const merge = (into: string, from: string): Step => ({ act: "merge", into, from });
const unmerge = (into: string, from: string): Step => ({ act: "unmerge", into, from });
const [see, list, overlap]: Step[] = [{ act: "see" }, { act: "list" }, { act: "overlap" }];

/** A day with every kind of step. */
const DAY: Step[] = [
  ...[send({ ada: "online", bob: "busy" }), wait(4), send({ ada: "online", bob: "Busy", "ada@work": "coding" })],
  ...[merge("ada", "ada@work"), see!, wait(9), send({ ada: "lunch", cy: "online", bob: "offline" }), list!, wait(8)],
  ...[send({ ada: "online", cy: "online" }, "git"), unmerge("ada", "ada@work"), wait(12)],
  ...[send({ ada: "online", dee: "away" }), merge("bob", "dee"), wait(7), overlap!],
  ...[send({ ada: "busy", dee: "offline" }), send({ ada: "offline" })],
];

test("A day of presence has the same result, also if the object loses its memory before any of the steps", {
  timeout: TIMEOUT_MS,
}, async () => {
  const undisturbed = await run(DAY);
  expect(undisturbed.blocksInD1).toEqual(undisturbed.expected);
  expect(undisturbed.alarm).toBeNull();
  expect(undisturbed.blocksInD1.length).toBeGreaterThan(8);
  for (let step = 0; step <= DAY.length; step++) {
    for (let n = 0; n < scale("lossesAtEachStep"); n++) {
      const loss = LOSSES[(step + n) % LOSSES.length]!;
      expect({ step, loss, ...(await run(DAY, new Map([[step, loss]]))) }).toEqual({ step, loss, ...undisturbed });
    }
  }
  for (const loss of LOSSES) {
    const each = new Map(Array.from({ length: DAY.length + 1 }, (_, step) => [step, loss]));
    expect({ loss, ...(await run(DAY, each)) }).toEqual({ loss, ...undisturbed });
  }
});

const PEOPLE = ["ada", "bob", "cy", "dee"];
const one = fc.constantFrom(...PEOPLE);
const status = fc.constantFrom("online", "Online", "busy", "lunch", "offline");
const statusesOfPeople = fc
  .subarray(PEOPLE, { minLength: 1 })
  .chain((who) => fc.record(Object.fromEntries(who.map((name) => [name, status]))));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(statusesOfPeople, fc.constantFrom("chat", "git")).map((of) => send(...of)) },
  { weight: 4, arbitrary: fc.constantFrom(1, 4, 9, 10, 11, 15).map(wait) },
  { weight: 2, arbitrary: fc.constantFrom(see!, list!, overlap!) },
  { weight: 1, arbitrary: fc.tuple(one, one).map((of) => merge(...of)) },
  { weight: 1, arbitrary: fc.tuple(one, one).map((of) => unmerge(...of)) },
);
const steps = fc.array(step, { minLength: 8, maxLength: 30 });
const losses = fc.uniqueArray(fc.tuple(fc.nat(30), fc.constantFrom<Loss>(...LOSSES)), {
  ...{ minLength: 1, maxLength: 12 },
  selector: ([index]) => index,
});

test("Random days have the same result when the object loses its memory before some steps", {
  timeout: TIMEOUT_MS,
}, async () => {
  await fc.assert(
    fc.asyncProperty(steps, losses, async (steps, drawnLosses) => {
      const undisturbed = await run(steps);
      expect(undisturbed.blocksInD1).toEqual(undisturbed.expected);
      expect(await run(steps, new Map(drawnLosses))).toEqual(undisturbed);
    }),
    { numRuns: scale("brokenJourneys") },
  );
});
