import * as fc from "fast-check";
import { expect, test } from "vitest";
import { localDate, localDay } from "../../src/lib/time_zone.ts";
import { listMerges, mergePeople, undoMerge } from "../../src/people/merges/merge_store.ts";
import { isWorking } from "../../src/presence/blocks/status.ts";
import { archiveExpired } from "../../src/retention/job.ts";
import { refreshSubscriptions } from "../../src/statistics/job.ts";
import { db, rows } from "../people/sightings.ts";
import {
  archiveAll,
  DAY,
  HOUR,
  keep,
  mintPeople,
  numbers,
  type PastBlock,
  type PastEvent,
  remember,
  settle,
  stored,
} from "./history.ts";

/** Histories are of the 80 days before this, across a change of clocks in New York; teams keep 30 days. */
const END = Date.parse("2033-04-20T10:00:00Z");
const SPAN = 80 * DAY;
const DAYS = 30;
const RUNS = { numRuns: 15, endOnFailure: true };
const TIMEOUT_MS = 120_000;

/** Two tools know Ada, and so by two identities of one person; Bob has the team's zone. */
const ZONES = { ada: "America/New_York", adaToo: "America/New_York", bob: null, niu: "Pacific/Kiritimati" };
const TEAM_ZONE = "Europe/Berlin";
const who = fc.constantFrom(...(Object.keys(ZONES) as (keyof typeof ZONES)[]));

/** Whole hours often coincide: with one another, with local midnights, with what is kept. */
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

/** The numbers of every day, straight from what was remembered, minute arithmetic and all, without any roll-up. */
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
    // Between two neighbouring edges everything is as it is at the first of them.
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
  await remember(team, history.events, history.blocks);
  await settle(END);
  await keep(team, DAYS);
  return { team, ids };
}

/** What of the rows there were is to be left once everything before `kept` is gone. */
const remainder = ({ events, blocks }: Awaited<ReturnType<typeof stored>>, kept: number) => ({
  events: events.filter(({ occurred_at }) => occurred_at >= kept),
  blocks: blocks
    .filter(({ started_at, ended_at }) => started_at >= kept || ended_at === null || ended_at > kept)
    .map((block) => ({ ...block, started_at: Math.max(block.started_at, kept) })),
});

test(
  "every day's numbers are what the whole history came to, at every moment, and what is old is gone",
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
            const whole = await stored(team);
            for (const [n, isRefresh] of turns.entries()) {
              if (isRefresh) await settle(END);
              // A week at a time, and never as far as the end.
              else await archiveExpired(db, END - (7 - Math.min(n, 7)) * 7 * DAY, limit);
              expect(await numbers(team)).toEqual(expected);
            }
            await archiveAll(END, limit);
            expect(await numbers(team)).toEqual(expected);
            expect(await stored(team)).toEqual(remainder(whole, Math.floor(END / DAY) * DAY - DAYS * DAY));
            await settle(END);
            expect(await numbers(team)).toEqual(expected);
          } finally {
            await keep(team, null);
          }
        },
      ),
      RUNS,
    ),
  TIMEOUT_MS,
);

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("archive" as const), days: fc.integer({ min: -20, max: 0 }) }) },
  fc.record({ do: fc.constant("refresh" as const) }),
  fc.record({ do: fc.constant("happen" as const), events, blocks: fc.array(block, { maxLength: 4 }) }),
  fc.record({ do: fc.constant("merge" as const), from: who, into: who }),
  fc.record({ do: fc.constant("unmerge" as const), into: who }),
  fc.record({ do: fc.constant("move" as const), who, zone: fc.constantFrom("Asia/Tokyo", "America/St_Johns", null) }),
  fc.record({ do: fc.constant("classes" as const), classes: fc.constantFrom("{}", '{"away":true}', '{"busy":false}') }),
);

test(
  "archiving changes no number, whoever was merged, moved or counted otherwise before it, and loses no event",
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
            await settle(END);
            const days = Object.values(await numbers(team));
            expect(days.reduce((sum, [events]) => sum + events, 0)).toBe(total);
          };
          try {
            for (const step of commands) {
              if (step.do === "archive") await unchanged(() => archiveExpired(db, END + step.days * DAY, limit));
              else if (step.do === "refresh") await settled();
              else if (step.do === "happen") {
                await remember(team, step.events, step.blocks);
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
            await unchanged(() => archiveAll(END, limit));
            await settled();
            await unchanged(() => refreshSubscriptions(db, END + 4 * DAY));
          } finally {
            await keep(team, null);
          }
        },
      ),
      RUNS,
    ),
  TIMEOUT_MS,
);
