import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { beforeAll, describe, expect, test } from "vitest";
import { exportJson } from "../../src/api/rollcall/export_body.ts";
import { database } from "../../src/db/client.ts";
import { exportPerson } from "../../src/privacy/export_store.ts";
import { expectError } from "../support/error.ts";
import { recordStatements, rowsRead } from "../support/statements.ts";
import { mintSubject, presenceBody, request, type Subject } from "../support/subject.ts";
import { call, mintPerson, mintStrangers, mintTeam, type Team } from "../support/team.ts";

type Row = Record<string, unknown>;
type Exported = { person_id: string; team_id: string; exported_at: string } & Record<string, Row[]>;

const ask = (team: Team, person: string, headers: Record<string, string> = {}) =>
  call(`/api/v1/people/${person}/export`, { headers: { ...team.asTeam, ...headers } });
const exported = async (team: Team, person: string) => (await ask(team, person)).json<Exported>();

async function table(team: Team, person: string): Promise<Record<string, string>[]> {
  const response = await ask(team, person, { Accept: "text/csv" });
  expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  const { data, errors } = Papa.parse<Record<string, string>>(await response.text(), {
    ...{ header: true, skipEmptyLines: true },
  });
  expect(errors).toEqual([]);
  return data;
}

type Column = { name: string };
type Key = { table: string; from: string; to: string };

/** The tables of the database, each with a condition for the rows of a person; null if it has no such rows. */
async function ownership(): Promise<Map<string, string | null>> {
  const all = async <T>(sql: string) => (await env.DB.prepare(sql).all<T>()).results;
  const tables = await all<Column>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite*' AND name NOT GLOB '_cf*'
     AND name <> 'd1_migrations'`,
  );
  const conditions = new Map<string, string | null>();
  const conditionOf = async (name: string): Promise<string | null> => {
    if (name === "people") return "id IN (SELECT value FROM json_each(?1))";
    if (conditions.has(name)) return conditions.get(name)!;
    const columns = (await all<Column>(`PRAGMA table_info("${name}")`)).map((column) => column.name);
    const on = (pattern: RegExp, of: string) =>
      columns
        .filter((column) => pattern.test(column))
        .map((column) => `"${column}" IN (SELECT value FROM json_each(${of}))`);
    // A row names the person itself, or refers to a row that does: a comment belongs to its author and to the
    // check-in's person.
    let own = [...on(/(?:^|_)person_id$/, "?1"), ...on(/(?:^|_)identity_id$/, "?2")];
    for (const { table: parent, from, to } of await all<Key>(`PRAGMA foreign_key_list("${name}")`)) {
      const condition = ["teams", "accounts", name].includes(parent) ? null : await conditionOf(parent);
      if (condition) own = [...own, `"${from}" IN (SELECT "${to}" FROM "${parent}" WHERE ${condition})`];
    }
    const ofTeam = columns.includes("team_id") ? "team_id = ?3 AND " : "";
    conditions.set(name, own.length === 0 ? null : `${ofTeam}(${own.join(" OR ")})`);
    return conditions.get(name)!;
  };
  return new Map(await Promise.all(tables.map(async ({ name }) => [name, await conditionOf(name)] as const)));
}

/** Counts the rows of a person in each table, including tables that an export might have forgotten. */
async function countRows({ team, personId, mergedId, identityIds }: Subject): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [name, condition] of await ownership()) {
    if (condition === null) continue;
    const row = await env.DB.prepare(
      `SELECT count(*) AS n FROM "${name}" WHERE (${condition}) AND coalesce(?1, ?2, ?3) IS NOT NULL`,
    )
      .bind(JSON.stringify([personId, mergedId]), JSON.stringify(identityIds), team.teamId)
      .first<{ n: number }>();
    found[name] = row!.n;
  }
  return found;
}

describe("the export of a person", () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await mintSubject();
  });

  test("It has every row of the person in every table", async () => {
    const { team, personId } = subject;
    const { person_id, team_id, exported_at, ...tables } = await exported(team, personId);
    expect([person_id, team_id]).toEqual([personId, team.teamId]);
    expect(exported_at).toMatch(/Z$/);
    const expected = await countRows(subject);
    expect(Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.length]))).toEqual(expected);
    // No table is empty, so that each is compared.
    for (const [name, n] of Object.entries(expected)) expect(n, name).toBeGreaterThan(0);
  });

  test("It has every column, with times and JSON as the API writes them", async () => {
    const { team, personId, canary, identifiers, subscriptionId } = subject;
    const all = await exported(team, personId);
    for (const [name, rows] of Object.entries(all)) {
      if (!Array.isArray(rows)) continue;
      const { results } = await env.DB.prepare(`PRAGMA table_info("${name}")`).all<Column>();
      for (const row of rows)
        expect(Object.keys(row).sort(), name).toEqual(results.map((column) => column.name).sort());
    }
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(all.people).toContainEqual(
      expect.objectContaining({
        id: personId,
        former_id: `former-${canary}`,
        administrator: false,
        created_at: instant,
      }),
    );
    expect(all.identities!.map((row) => row.identifier).sort()).toEqual([...identifiers].sort());
    expect(all.blocks).toContainEqual(
      expect.objectContaining({
        ...{ source: `source-${canary}`, details: { note: canary, nested: { more: [canary] } } },
        ...{ started_at: instant, ended_at: null, last_seen_at: instant },
      }),
    );
    expect(all.events).toContainEqual(
      expect.objectContaining({ external_id: `external-${canary}-1`, details: { [canary]: canary }, completed: true }),
    );
    const answered = { next: `Next ${canary} #tag-${canary}`, previous_completed: true, completed_at: instant };
    expect(all.checkins).toContainEqual(expect.objectContaining(answered));
    expect(all.subscriptions).toContainEqual(expect.objectContaining({ id: subscriptionId, ends_at: instant }));
    expect(all.rollups![0]!.days).toEqual(expect.any(Object));
  });

  test("The CSV file has the same rows", async () => {
    const { team, personId } = subject;
    const all = await exported(team, personId);
    const rows = await table(team, personId);
    const listed = Object.entries(all).flatMap(([type, list]) =>
      Array.isArray(list) ? list.map((row) => [type, row]) : [],
    );
    expect(rows.map(({ type }) => type)).toEqual(listed.map(([type]) => type));
    const written = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
    for (const [n, [type, row]] of listed.entries()) {
      const cells = Object.entries(row as Row).filter(([, value]) => value !== null);
      const filled = Object.entries(rows[n]!).filter(([, cell]) => cell !== "");
      expect(Object.fromEntries(filled)).toEqual({
        ...Object.fromEntries(cells.filter(([, value]) => value !== "").map(([name, value]) => [name, written(value)])),
        type,
      });
    }
  });

  test("Any reference gives the same export, also of a merged or removed person", async () => {
    const { team, personId, mergedId, identifiers } = subject;
    const { exported_at, ...all } = await exported(team, personId);
    for (const reference of [mergedId, identifiers[0]!]) {
      expect(await exported(team, reference)).toEqual({ ...all, exported_at: expect.any(String) });
    }
    const removed = await mintSubject();
    await call(`/api/v1/members/${removed.personId}`, { method: "DELETE", headers: removed.team.asTeam });
    expect((await exported(removed.team, removed.personId)).people).toHaveLength(2);
  });

  test("It has the latest state of open blocks", async () => {
    const team = await mintTeam();
    const user = { personIdentifier: "ada", status: "online" };
    await request("/presence", { headers: team.asIntegration, body: presenceBody("desk", [user], 3) });
    const again = presenceBody("desk", [{ ...user, details: { place: "home" } }], 1);
    await request("/presence", { headers: team.asIntegration, body: again });
    const { blocks } = await exported(team, "ada");
    expect(blocks).toEqual([
      expect.objectContaining({ last_seen_at: again.timestamp, ended_at: null, details: { place: "home" } }),
    ]);
  });

  test("It has rows of the caller's team only", async () => {
    const { sibling, team, personId, canary } = subject;
    const theirs = await exported(sibling, personId);
    expect(theirs.members).toHaveLength(1);
    expect(theirs.events!.map((row) => row.team_id)).toEqual([sibling.teamId]);
    expect([theirs.checkins, theirs.comments, theirs.subscriptions]).toEqual([[], [], []]);
    for (const stranger of await mintStrangers(team))
      for (const person of [personId, `first-${canary}`])
        await expectError(await ask(stranger, person), 404, "not_found");
    const withKey = await call(`/api/v1/people/${personId}/export`, { headers: team.asIntegration });
    await expectError(withKey, 401, "missing_api_key");
  });
});

test("A person without history is exported with empty lists", async () => {
  const team = await mintTeam();
  const id = await mintPerson(team, { name: "Nobody" });
  const { people, members, events, rollups } = await exported(team, id);
  expect([people!.length, members!.length, events, rollups]).toEqual([1, 1, [], []]);
  expect((await table(team, id)).map(({ type }) => type)).toEqual(["people", "members"]);
});

test("No cell of the CSV file is a formula", async () => {
  const team = await mintTeam();
  const event = { personIdentifier: "ada", timestamp: "2026-01-15T12:00:00Z", kind: "+1", scope: "-2+3\n=4" };
  const body = { events: [{ ...event, externalId: "@SUM(1)", title: '=HYPERLINK("https://evil.test/")' }] };
  await request("/events", { headers: team.asIntegration, body });
  const row = (await table(team, "ada")).find(({ type }) => type === "events");
  expect(row).toMatchObject({
    ...{ kind: "'+1", scope: "'-2+3\n'=4", external_id: "'@SUM(1)", title: '\'=HYPERLINK("https://evil.test/")' },
  });
});

describe("a long history", () => {
  const EVENTS = 4_500;
  let subject: Subject;
  let expected: string[];

  beforeAll(async () => {
    subject = await mintSubject();
    const { team, identityIds } = subject;
    // The rows alternate between two identities. Many have the same time, so that pages end between equal times, and
    // rows of another person are between them.
    await env.DB.prepare(
      `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, details, occurred_at, created_at, updated_at)
       WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?4)
       SELECT ?1 || n, ?1, 'many-' || n, CASE n % 3 WHEN 0 THEN ?2 WHEN 1 THEN ?3 ELSE
         (SELECT id FROM identities WHERE person_id = ?5) END, 'k', 't', 's', '{"text":"' || hex(zeroblob(1000)) || '"}',
         n / 1500, 0, 0 FROM n`,
    )
      .bind(team.teamId, identityIds[0]!, identityIds[1]!, EVENTS * 1.5, subject.otherId)
      .run();
    const { results } = await env.DB.prepare(
      "SELECT id FROM events WHERE team_id = ? AND identity_id <> (SELECT id FROM identities WHERE person_id = ?)",
    )
      .bind(team.teamId, subject.otherId)
      .all<{ id: string }>();
    expected = results.map(({ id }) => id).sort();
    expect(expected.length).toBeGreaterThan(EVENTS);
  });

  test("It is exported completely, each row once, in the order of time", async () => {
    const { events } = await exported(subject.team, subject.personId);
    expect(events!.map(({ id }) => id).sort()).toEqual(expected);
    const times = events!.map(({ occurred_at: at }) => Date.parse(at as string));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test("It is read in pages of limited size", async () => {
    const { team, personId } = subject;
    const parts = exportPerson(database(env.DB), team, personId);
    const { pages } = parts.find(({ table: name }) => name === "events")!;
    const sizes: number[] = [];
    for await (const rows of pages) sizes.push(JSON.stringify(rows).length);
    // Each row has 2 KB of details, so a page reaches its limit of characters before its limit of rows.
    expect(sizes.length).toBeGreaterThan(3);
    for (const size of sizes) expect(size).toBeLessThan(6_000_000);
  });

  test("A page costs the same when there is more history", async () => {
    const { team, personId, identityIds } = subject;
    const first = async () => {
      const { d1, statements } = recordStatements();
      const { pages } = exportPerson(database(d1), team, personId).find(({ table: name }) => name === "events")!;
      await pages[Symbol.asyncIterator]().next();
      expect(statements).toHaveLength(1);
      return rowsRead(statements[0]!);
    };
    const before = await first();
    await env.DB.prepare(
      `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
       WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
       SELECT ?1 || 'x' || n, ?1, 'later-' || n, ?2, 'k', 't', 's', 2000000000000 + n, 0, 0 FROM n`,
    )
      .bind(team.teamId, identityIds[0]!)
      .run();
    expect(await first()).toBe(before);
    await env.DB.prepare("DELETE FROM events WHERE team_id = ?").bind(team.teamId).run();
  });
});

test("An export reads D1 only as far as the caller reads", async () => {
  const { team, personId } = await mintSubject();
  const { d1, statements } = recordStatements();
  const pieces = exportJson({ person_id: personId }, exportPerson(database(d1), team, personId));
  for (const n of [0, 0, 1, 1, 1, 2]) {
    await pieces.next();
    expect(statements.length).toBe(n);
  }
  const response = await ask(team, personId);
  const reader = response.body!.getReader();
  expect((await reader.read()).done).toBe(false);
  await reader.cancel();
});
