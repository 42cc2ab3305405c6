import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import fc from "fast-check";
import { expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import type { NewEvent } from "../../src/events/event.ts";
import { listEvents, listEventsOfPerson, saveEvents } from "../../src/events/store.ts";
import { mintTeam, type Team } from "../support/team.ts";

const START = Date.UTC(2024, 0, 15);
/** All events of a window. */
const ALL = { limit: 1_000, after: null };
const BY_TEAM_KEY = { integrationId: null };

const newEvents = (count: number, people = 10): NewEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: "commit",
    externalId: `event-${i}`,
    identifier: `person-${i % people}`,
    occurredAt: START + i,
    title: `Event ${i}`,
    scope: "backend",
    url: null,
    details: { a: 1, b: [i] },
  }));

/** The real database, and a count of the rows that batches wrote to it. */
function metered() {
  const meter = { written: 0 };
  const batch = async (statements: D1PreparedStatement[]) => {
    const results = await env.DB.batch(statements);
    for (const { meta } of results) meter.written += meta.rows_written;
    return results;
  };
  const d1 = { prepare: (query: string) => env.DB.prepare(query), batch } as D1Database;
  return { db: database(d1), meter };
}

test.each([10, 1_000])("Saving 1,000 unchanged events of %i people writes no row", async (people) => {
  const team = await mintTeam();
  const { db, meter } = metered();
  const events = newEvents(1_000, people);
  expect(await saveEvents(db, team, { integrationId: team.integrationId }, events, START)).toEqual({
    created: 1_000,
    updated: 0,
    refused: new Set(),
  });
  expect(meter.written).toBeGreaterThan(1_000);
  meter.written = 0;
  expect(await saveEvents(db, team, BY_TEAM_KEY, events.toReversed(), START + 1)).toEqual({
    created: 0,
    updated: 0,
    refused: new Set(),
  });
  expect(meter.written).toBe(0);
});

test("Only the changed ones of 1,000 events are written", async () => {
  const team = await mintTeam();
  const { db, meter } = metered();
  await saveEvents(db, team, BY_TEAM_KEY, newEvents(1_000), START);
  meter.written = 0;
  const events = newEvents(1_000).map((event, i) => (i % 100 === 0 ? { ...event, title: "Changed" } : event));
  expect(await saveEvents(db, team, BY_TEAM_KEY, events, START + 1)).toEqual({
    created: 0,
    updated: 10,
    refused: new Set(),
  });
  // Each event is a row with entries in the two indexes by time. The team's count is one more row.
  expect(meter.written).toBe(10 * 3 + 1);
});

test("A batch that fails creates no identities", async () => {
  const team = await mintTeam();
  const events = newEvents(2).map((event, i) => (i ? { ...event, title: null as unknown as string } : event));
  await expect(saveEvents(database(env.DB), team, BY_TEAM_KEY, events, START)).rejects.toThrow(/NOT NULL/);
  const left = env.DB.prepare("SELECT count(*) AS n FROM identities WHERE account_id = ?").bind(team.accountId);
  expect(await left.first("n")).toBe(0);
});

test("Times are stored as integers", async () => {
  const team = await mintTeam();
  await saveEvents(database(env.DB), team, BY_TEAM_KEY, newEvents(1), START);
  const types = "typeof(occurred_at) || typeof(created_at) || typeof(updated_at) AS types";
  const row = env.DB.prepare(`SELECT ${types} FROM events WHERE team_id = ?`).bind(team.teamId);
  expect(await row.first("types")).toBe("integerintegerinteger");
});

/** Counts the rows that D1 reads for the one query that `ask` makes, and returns its query plan. */
async function cost(ask: (db: ReturnType<typeof database>) => Promise<unknown>) {
  const asked: { query: string; params: unknown[] }[] = [];
  const logger = { logQuery: (query: string, params: unknown[]) => asked.push({ query, params }) };
  await ask(drizzle(env.DB, { logger }));
  expect(asked).toHaveLength(1);
  const run = (prefix: string) =>
    env.DB.prepare(prefix + asked[0]!.query)
      .bind(...asked[0]!.params)
      .all();
  const plan = (await run("EXPLAIN QUERY PLAN ")).results.map((row) => String(row.detail));
  return { rows: (await run("")).meta.rows_read, plan: plan.join("\n") };
}

test("The rows that a page reads do not grow with the number of events", async () => {
  const team = await mintTeam();
  const db = database(env.DB);
  const history = newEvents(3_000, 3);
  for (let i = 0; i < 3; i++) await saveEvents(db, team, BY_TEAM_KEY, history.slice(i * 1_000, (i + 1) * 1_000), START);
  const identity = env.DB.prepare("SELECT person_id FROM identities WHERE account_id = ? AND identifier = 'person-0'");
  const personId = (await identity.bind(team.accountId).first<string>("person_id"))!;
  // A second identity, as after a merge.
  await env.DB.prepare("UPDATE identities SET person_id = ? WHERE account_id = ? AND identifier = 'person-1'")
    .bind(personId, team.accountId)
    .run();

  const cursor = { at: START + 500, id: "" };
  const [from, to] = [START + 10, START + 2_900];
  const filters = [{}, { cursor }, { from, to }, { from, to, cursor }];
  for (const filter of filters) {
    const ofTeam = await cost((db) => listEvents(db, team, filter, 51));
    expect(ofTeam.plan).toContain("events USING INDEX events_by_time");
    expect(ofTeam.rows).toBeLessThan(51 * 3);
    const person = await cost((db) => listEvents(db, team, { ...filter, personId }, 51));
    expect(person.plan).toContain("events USING INDEX events_by_identity");
    expect(person.rows).toBeLessThan(51 * 2 * 6);
  }
  const named = await cost((db) => listEvents(db, team, { personId, externalId: "event-3" }, 51));
  expect(named.rows).toBeLessThan(20);
  const day = await cost((db) => listEventsOfPerson(db, team, personId, { start: START + 100, end: START + 130 }, ALL));
  expect(day.plan).toContain("events USING INDEX events_by_identity");
  expect(day.rows).toBeLessThan(20 * 4);
});

test("The events of a person within a window are listed oldest first, with its start and without its end", async () => {
  const team = await mintTeam();
  const other = await mintTeam({ accountId: team.accountId });
  const db = database(env.DB);
  await saveEvents(db, team, BY_TEAM_KEY, newEvents(30, 2), START);
  await saveEvents(db, other, BY_TEAM_KEY, newEvents(30, 2), START);
  const [event] = await listEvents(db, team, { externalId: "event-4" }, 1);
  const day = await listEventsOfPerson(db, team, event!.personId, { start: START + 4, end: START + 10 }, ALL);
  expect(day.map((event) => event.externalId)).toEqual(["event-4", "event-6", "event-8"]);
  const after = { at: day[0]!.occurredAt, id: day[0]!.id };
  expect(
    await listEventsOfPerson(db, team, event!.personId, { start: START + 4, end: START + 10 }, { limit: 1, after }),
  ).toEqual([day[1]]);
});

test("The stored events do not depend on how they are split into batches or how often they are sent", async () => {
  const event = fc.record({
    externalId: fc.constantFrom("a", "b", "c", "d"),
    identifier: fc.constantFrom("x", "y"),
    occurredAt: fc.integer({ min: START, max: START + 3 }),
    title: fc.constantFrom("t", "u"),
    details: fc.option(fc.dictionary(fc.constantFrom("k", "__proto__", "1"), fc.jsonValue({ maxDepth: 1 })), {
      nil: null,
    }),
  });
  const content = async (team: Team) => {
    const rows = await listEvents(database(env.DB), team, {}, 100);
    return rows
      .map(({ externalId, identifier, occurredAt, title, details }) => [
        externalId,
        identifier,
        occurredAt,
        title,
        details,
      ])
      .sort();
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      async (sent, sizes) => {
        const db = database(env.DB);
        const full = sent.map((one) => ({ kind: "k", scope: "s", url: null, ...one }));
        const last = (batch: typeof full) => [...new Map(batch.map((one) => [one.externalId, one])).values()];
        const [whole, cut] = [await mintTeam(), await mintTeam()];
        await saveEvents(db, whole, BY_TEAM_KEY, last(full), START);
        for (let at = 0, i = 0; at < full.length; i++) {
          const size = sizes[i % sizes.length]!;
          await saveEvents(db, cut, BY_TEAM_KEY, last(full.slice(at, at + size)), START + i);
          expect(await saveEvents(db, cut, BY_TEAM_KEY, last(full.slice(at, at + size)), START + i)).toEqual({
            ...{ created: 0, updated: 0, refused: new Set() },
          });
          at += size;
        }
        expect(await content(cut)).toEqual(await content(whole));
      },
    ),
    { numRuns: 25 },
  );
}, 30_000);
