import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { deleteAccount, revokeAccount } from "../../src/accounts/removal_store.ts";
import { database } from "../../src/db/client.ts";
import { evict, objectOf, presence, ring, tell } from "../presence/client.ts";
import { SETUP_TOKEN } from "../routes/request.ts";
import { direct } from "../support/direct.ts";
import { expectError } from "../support/error.ts";
import { placesOf, stirring } from "../support/stored_places.ts";
import { act, mintSubject, presenceOf, type Subject } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { without } from "../support/without.ts";

const asOperator = { Authorization: `Bearer ${SETUP_TOKEN}` };
const erase = (accountId: string, headers: Record<string, string> = asOperator) =>
  call(`/api/v1/setup/accounts/${accountId}`, { method: "DELETE", headers });

/** Everything of an account: its own words and ids, and the ids that every row of its teams carries. */
const found = ({ canary, ids, team, sibling, otherId }: Subject) =>
  placesOf([canary, ...ids, otherId, team.accountId, team.teamId, sibling.teamId, team.integrationId], [team, sibling]);

/** Opens a live view, which tells how it is closed. */
async function watch(team: Team): Promise<{ closed: Promise<CloseEvent> }> {
  const response = await call("/api/v1/presence/live", { headers: { ...team.asTeam, Upgrade: "websocket" } });
  const socket = response.webSocket!;
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.addEventListener("close", resolve);
  });
  socket.accept();
  onTestFinished(() => {
    if (socket.readyState === WebSocket.OPEN) socket.close();
  });
  return { closed };
}

describe("the erasure of an account", () => {
  let subject: Subject;
  let stranger: Subject;
  beforeAll(async () => {
    [subject, stranger] = [await mintSubject(), await mintSubject()];
  });

  test("leaves no trace of it, in any column of any table, nor in any object", async () => {
    const { team, sibling } = subject;
    await act("/team_absences", { headers: team.asTeam, body: { date: "2040-01-17" } });
    await act("/reports", { headers: team.asTeam });
    const before = await found(subject);
    const { results } = await env.DB.prepare(
      `SELECT m.name, c.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND c.name IN ('team_id', 'account_id')`,
    ).all<{ name: string; col: string }>();
    // Every table of theirs has something to remove.
    expect(results.length).toBeGreaterThan(15);
    expect(before).toEqual(expect.arrayContaining(results.map(({ name, col }) => `d1.${name}.${col}`)));
    expect(before).toEqual(expect.arrayContaining(["object.directory.value", "object.streams.value"]));
    expect(await stirring(team)).toMatchObject({ alarm: expect.any(Number) });
    const others = await found(stranger);

    const response = await erase(team.accountId);
    expect(response.status, await response.clone().text()).toBe(204);
    expect(await found(subject)).toEqual([]);
    for (const one of [team, sibling]) {
      expect(await stirring(one)).toEqual({ tables: 0, alarm: null, viewers: 0 });
      expect(await ring(one)).toBe(false);
      await evict(one);
    }
    expect(await found(subject)).toEqual([]);
    expect(await found(stranger)).toEqual(others);
    expect((await call("/api/v1/people", { headers: stranger.team.asTeam })).status).toBe(200);
  });

  test("takes its keys out of force, and is done once", async () => {
    const { team, sibling } = subject;
    for (const headers of [team.asTeam, team.asIntegration, sibling.asTeam, sibling.asIntegration]) {
      await expectError(await call("/api/v1/people", { headers }), 401, "invalid_api_key");
    }
    await expectError(await erase(team.accountId), 404, "not_found");
  });
});

test("live viewers are turned away", async () => {
  const team = await mintTeam();
  await act("/presence", {
    headers: team.asIntegration,
    body: presenceOf("desk", [{ personIdentifier: "ada", status: "online" }]),
  });
  const { closed } = await watch(team);
  expect((await erase(team.accountId)).status).toBe(204);
  expect(await closed).toMatchObject({ code: 1008, reason: "The key is no longer in force" });
});

test("nobody may but who shows the set-up token, and without one there is nothing here", async () => {
  const team = await mintTeam();
  for (const headers of [team.asTeam, team.asIntegration, {}, { Authorization: "Bearer nonsense" }]) {
    await expectError(await erase(team.accountId, headers), 401, "invalid_setup_token");
  }
  const path = `/api/v1/setup/accounts/${team.accountId}`;
  for (const method of ["DELETE", "GET", "POST"]) {
    const unset = await direct(path, { method, headers: asOperator }, { SETUP_TOKEN: undefined });
    await expectError(unset, 404, "not_found");
  }
  expect((await call("/api/v1/team", { headers: team.asTeam })).status).toBe(200);
  expect((await erase(team.accountId)).status).toBe(204);
});

test("an erasure that was cut short is asked for again, whatever was done by then", async () => {
  const subject = await mintSubject();
  const { team } = subject;
  const db = database(env.DB);
  expect(await revokeAccount(db, team)).toHaveLength(2);
  await objectOf(team).erase();
  for (let pages = 1; pages < 15; pages++) expect(await deleteAccount(db, team, { pages })).toBe(false);
  expect((await erase(team.accountId)).status).toBe(204);
  expect(await found(subject)).toEqual([]);
});

test("blocks that D1 would not take are not written behind the erasure", async () => {
  const subject = await mintSubject();
  const { team, identifiers, canary } = subject;
  await without("blocks", async () => {
    const users = [{ personIdentifier: identifiers[0], status: canary }];
    await act("/presence", { headers: team.asIntegration, body: presenceOf("desk", users) });
    await ring(team);
    expect(await found(subject)).toContain("object.outbox.value");
  });
  expect((await erase(team.accountId)).status).toBe(204);
  expect(await found(subject)).toEqual([]);
});

test("a heartbeat that was let in just before leaves nothing behind", async () => {
  const team = await mintTeam();
  const late = () => tell(team, [{ personIdentifier: "ada", status: "online" }], { directoryVersion: 1 });
  await late();
  expect((await erase(team.accountId)).status).toBe(204);
  await late();
  expect(await stirring(team)).toEqual({ tables: 0, alarm: null, viewers: 0 });
});

test("a heartbeat that a remembered key lets in long after leaves nothing behind either, once D1 says so", async () => {
  const team = await mintTeam();
  expect((await erase(team.accountId)).status).toBe(204);
  await evict(team);
  await without("teams", async () => {
    await tell(team, [{ personIdentifier: "ada", status: "online" }]);
    await ring(team);
    // While D1 is away, it may be anybody's.
    expect(await stirring(team)).toMatchObject({ tables: expect.any(Number), alarm: expect.any(Number) });
  });
  await ring(team);
  expect(await stirring(team)).toEqual({ tables: 0, alarm: null, viewers: 0 });
});

test("a team that D1 has told of is kept, though it be no team of the database at hand", async () => {
  const team = await mintTeam();
  await tell(team, [{ personIdentifier: "ada", status: "online" }]);
  await ring(team);
  await without("teams", async () => {
    await env.DB.exec("CREATE TABLE teams AS SELECT * FROM teams_away WHERE false");
    await tell(team, [{ personIdentifier: "bob", status: "online" }]);
    await ring(team);
    await env.DB.exec("DROP TABLE teams");
  });
  await ring(team);
  expect(Object.keys(await presence(team))).toEqual(["ada", "bob"]);
});

test("an account of more than one request can remove is removed by several", async () => {
  const { team, identityIds } = await mintSubject();
  await env.DB.prepare(
    `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 210000)
     SELECT ?1 || n, ?1, ?2, 'i', 's', 'x', n * 1000, n * 1000, n * 1000 FROM n`,
  )
    .bind(team.teamId, identityIds[0]!)
    .run();
  const first = await erase(team.accountId);
  expect(first.status).toBe(202);
  expect(await first.json()).toEqual({
    id: team.accountId,
    left: { events: 0, blocks: expect.any(Number), people: 3 },
  });
  await expectError(await call("/api/v1/people", { headers: team.asTeam }), 401, "invalid_api_key");
  expect((await erase(team.accountId)).status).toBe(204);
});
