import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../src/db/client.ts";
import * as schema from "../../src/db/schema/index.ts";
import { mergePeople } from "../../src/people/merges/merge_store.ts";
import { findPerson, findRemoved, listTeam } from "../../src/people/person_store.ts";
import { db, rows } from "../support/database.ts";
import { reportPeople } from "../support/people.ts";
import { mintPerson, mintTeam, type Team } from "../support/team.ts";

const set = (table: string, id: string, column: string, value: string) =>
  rows(`UPDATE ${table} SET ${column} = ? WHERE id = ?`, value, id);

const memberOf = async (team: Team, person: string): Promise<string> => {
  const sql = "SELECT id FROM members WHERE team_id = ? AND person_id = ?";
  return (await rows<{ id: string }>(sql, team.teamId, person))[0]!.id;
};

/** Creates Emma on a team, with every kind of reference to her. */
async function mintEmma(team: Team) {
  const id = await mintPerson(team, { name: "Emma Garrett", email: "emma@x.test", timeZone: "Europe/London" });
  await reportPeople(team, { identifier: "EMP 1/2 ü", email: "emma@x.test" });
  await set("people", id, "slug", "emma-garrett");
  const memberId = await memberOf(team, id);
  await set("members", memberId, "username", "emmag");
  const formerId = `former-${team.teamId}`;
  await set("people", id, "former_id", formerId);
  return {
    id,
    memberId,
    references: {
      "person id": id,
      "member id": memberId,
      "former id": formerId,
      "e-mail": "emma@x.test",
      "e-mail in other case": " Emma@X.TEST ",
      slug: "emma-garrett",
      username: "emmag",
      identifier: "EMP 1/2 ü",
    },
  };
}

describe("a reference", async () => {
  const team = await mintTeam();
  const emma = await mintEmma(team);

  test.for(Object.entries(emma.references))("The person is found by %s", async ([, reference]) => {
    expect(await findPerson(db, team, reference)).toMatchObject({
      id: emma.id,
      namedId: emma.id,
      formerId: emma.references["former id"],
      name: "Emma Garrett",
      lastName: null,
      slug: "emma-garrett",
      email: "emma@x.test",
      timeZone: "Europe/London",
      location: null,
      avatarUrl: null,
      administrator: false,
      createdAt: expect.any(Number),
      memberId: emma.memberId,
      role: "active",
      manager: false,
      username: "emmag",
    });
  });

  test.for(Object.entries(emma.references))(
    "The %s of a person of another account finds no person",
    async ([, reference]) => {
      expect(await findPerson(db, await mintTeam(), reference)).toBeNull();
    },
  );

  test.for(Object.entries(emma.references))(
    "The %s of a person of the account who is not on the team finds no person",
    async ([, it]) => {
      expect(await findPerson(db, await mintTeam({ accountId: team.accountId }), it)).toBeNull();
    },
  );

  test.for(["", " ", "\0", "emma", "Emma Garrett", "EMMA-GARRETT", "emp 1/2 ü", "usr_", "%", "'; --"])(
    "The unknown reference %j finds no person",
    async (reference) => {
      expect(await findPerson(db, team, reference)).toBeNull();
    },
  );

  test("A very long reference finds no person", async () => {
    expect(await findPerson(db, team, "x".repeat(100_000))).toBeNull();
  });

  test("A reference of a merged person finds the person they were merged into, with the id of the named person", async () => {
    const hugh = await mintPerson(team, { name: "Hugh Oliver" });
    await mergePeople(db, team, { fromId: emma.id, intoId: hugh }, Date.now());
    for (const reference of Object.values(emma.references)) {
      const isIdentifier = reference === emma.references.identifier;
      const namedId = isIdentifier ? hugh : emma.id;
      expect(await findPerson(db, team, reference)).toMatchObject({ id: hugh, name: "Hugh Oliver", namedId });
    }
  });
});

describe("a reference to a removed member", async () => {
  const team = await mintTeam();
  const emma = await mintEmma(team);
  const sibling = await mintTeam({ accountId: team.accountId });
  await rows("UPDATE members SET removed_at = 1 WHERE id = ?", emma.memberId);

  test.for(Object.entries(emma.references))(
    "The %s finds the person among the removed members of that team only",
    async ([, reference]) => {
      expect(await findPerson(db, team, reference)).toBeNull();
      expect(await findRemoved(db, team, reference)).toMatchObject({ id: emma.id, memberId: emma.memberId });
      expect(await findRemoved(db, sibling, reference)).toBeNull();
      expect(await findRemoved(db, await mintTeam(), reference)).toBeNull();
    },
  );

  test("A current member is not found among the removed ones", async () => {
    const hugh = await mintPerson(team, { name: "Hugh Oliver" });
    expect(await findRemoved(db, team, hugh)).toBeNull();
    expect((await listTeam(db, team, { withIdentifiers: true })).map(({ id }) => id)).toEqual([hugh]);
  });
});

describe("a reference that fits several people", () => {
  let team: Team;
  let [byId, byEmail, bySlug, byUsername, byIdentifier] = ["", "", "", "", ""];

  beforeAll(async () => {
    team = await mintTeam();
    byId = await mintPerson(team, { name: "id" });
    byEmail = await mintPerson(team, { name: "e-mail" });
    bySlug = await mintPerson(team, { name: "slug" });
    byUsername = await mintPerson(team, { name: "username" });
    await reportPeople(
      team,
      { identifier: byId },
      { identifier: "same@x.test" },
      { identifier: "same" },
      { identifier: "emp_7" },
    );
    await rows("UPDATE people SET email = NULL WHERE account_id = ?", team.accountId);
    const sql = "SELECT person_id AS id FROM identities WHERE account_id = ? AND identifier = 'emp_7'";
    byIdentifier = (await rows<{ id: string }>(sql, team.accountId))[0]!.id;
    await set("people", byEmail, "email", "same@x.test");
    await set("people", bySlug, "slug", "same@x.test");
    await set("members", await memberOf(team, byUsername), "username", "same@x.test");
    await set(
      "identities",
      (await rows<{ id: string }>("SELECT id FROM identities WHERE identifier = 'same@x.test'"))[0]!.id,
      "person_id",
      byIdentifier,
    );
  });

  test("An id comes before any other reference", async () => {
    expect(await findPerson(db, team, byId)).toMatchObject({ id: byId });
  });

  test("An e-mail comes before a slug, then a username, then an identifier", async () => {
    expect(await findPerson(db, team, "same@x.test")).toMatchObject({ id: byEmail });
    await set("people", byEmail, "email", "changed@x.test");
    expect(await findPerson(db, team, "same@x.test")).toMatchObject({ id: bySlug });
    await set("people", bySlug, "slug", "changed");
    expect(await findPerson(db, team, "same@x.test")).toMatchObject({ id: byUsername });
    await set("members", await memberOf(team, byUsername), "username", "changed");
    expect(await findPerson(db, team, "same@x.test")).toMatchObject({ id: byIdentifier });
  });

  test("A person on the team comes before a person of another team with a better match", async () => {
    const second = await mintTeam({ accountId: team.accountId });
    const elsewhere = await mintPerson(second, { name: "Elsewhere" });
    await set("people", elsewhere, "slug", "emp_7");
    expect(await findPerson(db, team, "emp_7")).toMatchObject({ id: byIdentifier });
    expect(await findPerson(db, second, "emp_7")).toMatchObject({ id: elsewhere });
  });

  test("A person who is not merged comes before a merged one with the same username", async () => {
    const [first, second, successor] = await Promise.all(
      ["First", "Second", "Successor"].map((name) => mintPerson(team, { name })),
    );
    for (const id of [first!, second!]) await set("members", await memberOf(team, id), "username", "twice");
    await mergePeople(db, team, { fromId: first!, intoId: successor! }, Date.now());
    expect(await findPerson(db, team, "twice")).toMatchObject({ id: second });
  });
});

test("Finding a person takes one query, which reads every table by an index", async () => {
  const asked: { sql: string; params: unknown[] }[] = [];
  const logger = { logQuery: (sql: string, params: unknown[]) => asked.push({ sql, params }) };
  const logged = drizzle(env.DB, { schema, logger }) as unknown as Database;
  await findPerson(logged, await mintTeam(), "unknown");
  expect(asked).toHaveLength(1);
  const plan = await rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${asked[0]!.sql}`, ...asked[0]!.params);
  const reads = plan.map(({ detail }) => detail).filter((detail) => /^(SCAN|SEARCH)/.test(detail));
  expect(reads.length).toBeGreaterThan(10);
  for (const read of reads) expect(read).toMatch(/^SEARCH \w+ USING (COVERING )?INDEX/);
});
