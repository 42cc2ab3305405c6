import * as fc from "fast-check";
import { expect, test } from "vitest";
import { localDate, localDay } from "../../src/lib/time_zone.ts";
import { listMerges, mergePeople, undoMerge } from "../../src/people/merges/merge_store.ts";
import { isWorking } from "../../src/presence/blocks/status.ts";
import { removeExpired } from "../../src/retention/job.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { db, rows } from "../support/database.ts";
import {
  addHistory,
  DAY,
  HOUR,
  mintPeople,
  numbers,
  type PastBlock,
  type PastEvent,
  recount,
  removeAllExpired,
  setRetention,
  storedRows,
} from "./history.ts";

/** Histories cover the 80 days before this, with a change to summer time in New York; the retention is 30 days. */
const END = Date.parse("2033-04-20T10:00:00Z");
const SPAN = 80 * DAY;
const DAYS = 30;
const RUNS = { numRuns: 15, endOnFailure: true };
const TIMEOUT_MS = 120_000;

/** Two identities belong to Ada; Bob has the time zone of the team. */
const ZONES = { ada: "America/New_York", adaToo: "America/New_York", bob: null, niu: "Pacific/Kiritimati" };
const TEAM_ZONE = "Europe/Berlin";
const who = fc.constantFrom(...(Object.keys(ZONES) as (keyof typeof ZONES)[]));

/** Whole hours, so that times are often equal to each other, to a local midnight or to the cutoff. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: SPAN / HOUR }).map((hours) => END - hours * HOUR),
  fc.integer({ min: 0, max: SPAN }).map((ms) => END - ms),
);
const events = fc.array(fc.record({ who, at: instant, completed: fc.boolean() }), { maxLength: 40 });
const lasting = fc.oneof(
  fc.integer({ min: 0, max: 12 * HOUR }),
  fc.integer({ min: 0, max: 40 * 24 }).map((n) => n * HOUR),
);
const block = fc
  .record({ who, from: instant, lasting, isOpen: fc.boolean(), status: fc.constantFrom("online", "Busy", "away") })
  .map(({ who, from, lasting, isOpen, status }): PastBlock => {
    const end = Math.min(from + lasting, END);
    return { who, from, to: isOpen ? null : end, seen: end, status };
  });
const blocks = fc.array(block, { maxLength: 30 });
const limits = fc.record({ rows: fc.integer({ min: 2, max: 12 }), steps: fc.integer({ min: 1, max: 3 }) });

/** Calculates the numbers of every day from the rows that were added, without any roll-up. */
function byHand(history: { events: PastEvent[]; blocks: PastBlock[] }, ids: Record<string, string>) {
  const person = (name: string) => ({ id: ids[name === "adaToo" ? "ada" : name]!, zone: zoneOf(name) });
  const days = new Map<string, [number, number, number]>();
  const add = (key: string, ...[total, completed, work]: [number, number, number]) => {
    const [t, c, w] = days.get(key) ?? [0, 0, 0];
    days.set(key, [t + total, c + completed, w + work]);
  };
  for (const { who, at, completed } of history.events) {
    const { id, zone } = person(who);
    add(`${id} ${localDate(at, zone)}`, 1, completed ? 1 : 0, 0);
  }
  for (const name of ["ada", "bob", "niu"]) {
    const { id, zone } = person(name);
    const theirs = history.blocks
      .filter(({ who, status }) => person(who).id === id && isWorking(status!, {}))
      .map(({ from, to, seen }) => [from, to ?? seen!] as const);
    // Between two neighbouring edges, the open blocks do not change.
    const edges = [...new Set(theirs.flat())].sort((a, b) => a - b);
    edges.forEach((start, n) => {
      const end = edges[n + 1];
      if (end === undefined || !theirs.some(([from, to]) => from <= start && start < to)) return;
      for (let at = start; at < end; ) {
        const date = localDate(at, zone);
        const until = Math.min(end, localDay(date, zone).end);
        add(`${id} ${date}`, 0, 0, until - at);
        at = until;
      }
    });
  }
  return Object.fromEntries([...days].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const zoneOf = (name: string): string => ZONES[name as keyof typeof ZONES] ?? TEAM_ZONE;

async function begin(history: { events: PastEvent[]; blocks: PastBlock[] }) {
  const { team, ids } = await mintPeople(ZONES, TEAM_ZONE);
  await rows("UPDATE identities SET person_id = ? WHERE person_id = ?", ids.ada, ids.adaToo);
  await addHistory(team, history.events, history.blocks);
  await recount(END);
  await setRetention(team, DAYS);
  return { team, ids };
}

/** Returns the rows that are left after everything before `kept` was removed. */
const remainder = ({ events, blocks }: Awaited<ReturnType<typeof storedRows>>, kept: number) => ({
  events: events.filter(({ occurred_at }) => occurred_at >= kept),
  blocks: blocks
    .filter(({ started_at, ended_at }) => started_at >= kept || ended_at === null || ended_at > kept)
    .map((block) => ({ ...block, started_at: Math.max(block.started_at, kept) })),
});

test(
  "The numbers of every day stay right at every moment while old rows are removed",
  () =>
    fc.assert(
      fc.asyncProperty(
        events,
        blocks,
        limits,
        fc.array(fc.boolean(), { maxLength: 8 }),
        async (happened, held, limit, turns) => {
          const history = { events: happened, blocks: held };
          const { team, ids } = await begin(history);
          try {
            const expected = byHand(history, ids);
            expect(await numbers(team)).toEqual(expected);
            const whole = await storedRows(team);
            for (const [n, isRefresh] of turns.entries()) {
              if (isRefresh) await recount(END);
              // Each removal reaches a week further, and none reaches END.
              else await removeExpired({ db, now: END - (7 - Math.min(n, 7)) * 7 * DAY }, limit);
              expect(await numbers(team)).toEqual(expected);
            }
            await removeAllExpired(END, limit);
            expect(await numbers(team)).toEqual(expected);
            expect(await storedRows(team)).toEqual(remainder(whole, Math.floor(END / DAY) * DAY - DAYS * DAY));
            await recount(END);
            expect(await numbers(team)).toEqual(expected);
          } finally {
            await setRetention(team, null);
          }
        },
      ),
      RUNS,
    ),
  TIMEOUT_MS,
);

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("remove" as const), days: fc.integer({ min: -20, max: 0 }) }) },
  fc.record({ do: fc.constant("refresh" as const) }),
  fc.record({ do: fc.constant("happen" as const), events, blocks: fc.array(block, { maxLength: 4 }) }),
  fc.record({ do: fc.constant("merge" as const), from: who, into: who }),
  fc.record({ do: fc.constant("unmerge" as const), into: who }),
  fc.record({ do: fc.constant("move" as const), who, zone: fc.constantFrom("Asia/Tokyo", "America/St_Johns", null) }),
  fc.record({ do: fc.constant("classes" as const), classes: fc.constantFrom("{}", '{"away":true}', '{"busy":false}') }),
);

test(
  "Removing expired rows changes no number and loses no event, after any merges, zone changes and reclassifications",
  () =>
    fc.assert(
      fc.asyncProperty(
        events,
        blocks,
        limits,
        fc.array(command, { maxLength: 14 }),
        async (happened, held, limit, commands) => {
          const { team, ids } = await begin({ events: happened, blocks: held });
          let total = happened.length;
          const unchanged = async (act: () => Promise<unknown>) => {
            const before = await numbers(team);
            await act();
            expect(await numbers(team)).toEqual(before);
          };
          const settled = async () => {
            await recount(END);
            const days = Object.values(await numbers(team));
            expect(days.reduce((sum, [events]) => sum + events, 0)).toBe(total);
          };
          try {
            for (const step of commands) {
              if (step.do === "remove") await unchanged(() => removeExpired({ db, now: END + step.days * DAY }, limit));
              else if (step.do === "refresh") await settled();
              else if (step.do === "happen") {
                await addHistory(team, step.events, step.blocks);
                total += step.events.length;
              } else if (step.do === "merge") {
                await mergePeople(db, team, { fromId: ids[step.from]!, intoId: ids[step.into]! }, END);
              } else if (step.do === "unmerge") {
                const [merge] = await listMerges(db, team, ids[step.into]!);
                if (merge) await undoMerge(db, team, merge.id, END);
              } else if (step.do === "move") {
                await rows("UPDATE people SET time_zone = ? WHERE id = ?", step.zone, ids[step.who]);
              } else await rows("UPDATE teams SET status_classes = ? WHERE id = ?", step.classes, team.teamId);
            }
            await unchanged(() => removeAllExpired(END, limit));
            await settled();
            await unchanged(() => recountChangedDays({ db, now: END + 4 * DAY }));
          } finally {
            await setRetention(team, null);
          }
        },
      ),
      RUNS,
    ),
  TIMEOUT_MS,
);
