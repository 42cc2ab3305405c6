import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { deleteAccount, listTeamIds, revokeAccount } from "../../src/accounts/removal_store.ts";
import { database } from "../../src/db/client.ts";
import { SETUP_TOKEN } from "../routes/request.ts";
import { direct } from "../support/direct.ts";
import { expectError } from "../support/error.ts";
import { doDueWork, evict, objectOf, presence, ring, sendToObject } from "../support/presence.ts";
import { objectState, placesOf } from "../support/stored_places.ts";
import { mintSubject, presenceBody, request, type Subject } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { without } from "../support/without.ts";

const asOperator = { Authorization: `Bearer ${SETUP_TOKEN}` };
const erase = (accountId: string, headers: Record<string, string> = asOperator) =>
  call(`/api/v1/setup/accounts/${accountId}`, { method: "DELETE", headers });

/** Every place with a text or an id of the account. */
const placesOfAccount = ({ canary, ids, team, sibling, otherId }: Subject) =>
  placesOf([canary, ...ids, otherId, team.accountId, team.teamId, sibling.teamId, team.integrationId], [team, sibling]);

/** Opens a live view; `closed` resolves when it is closed. */
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

describe("the removal of an account", () => {
  let subject: Subject;
  let stranger: Subject;
  beforeAll(async () => {
    [subject, stranger] = [await mintSubject(), await mintSubject()];
  });

  test("Nothing of the account is left in any column of any table, nor in any object", async () => {
    const { team, sibling } = subject;
    await request("/team_absences", { headers: team.asTeam, body: { date: "2040-01-17" } });
    await request("/reports", { headers: team.asTeam });
    const before = await placesOfAccount(subject);
    const { results } = await env.DB.prepare(
      `SELECT m.name, c.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND c.name IN ('team_id', 'account_id')`,
    ).all<{ name: string; col: string }>();
    // Every table has a row of the account.
    expect(results.length).toBeGreaterThan(15);
    expect(before).toEqual(expect.arrayContaining(results.map(({ name, col }) => `d1.${name}.${col}`)));
    expect(before).toEqual(expect.arrayContaining(["object.directory.value", "object.streams.value"]));
    expect(await objectState(team)).toMatchObject({ alarm: expect.any(Number) });
    const others = await placesOfAccount(stranger);

    const response = await erase(team.accountId);
    expect(response.status, await response.clone().text()).toBe(204);
    expect(await placesOfAccount(subject)).toEqual([]);
    for (const one of [team, sibling]) {
      expect(await objectState(one)).toEqual({ tables: 0, alarm: null, viewers: 0 });
      expect(await ring(one)).toBe(false);
      await evict(one);
    }
    expect(await placesOfAccount(subject)).toEqual([]);
    expect(await placesOfAccount(stranger)).toEqual(others);
    expect((await call("/api/v1/people", { headers: stranger.team.asTeam })).status).toBe(200);
  });

  test("Its keys stop working, and a second removal finds no account", async () => {
    const { team, sibling } = subject;
    for (const headers of [team.asTeam, team.asIntegration, sibling.asTeam, sibling.asIntegration]) {
      await expectError(await call("/api/v1/people", { headers }), 401, "invalid_api_key");
    }
    await expectError(await erase(team.accountId), 404, "not_found");
  });
});

test("The connections of live viewers are closed", async () => {
  const team = await mintTeam();
  await request("/presence", {
    headers: team.asIntegration,
    body: presenceBody("desk", [{ personIdentifier: "ada", status: "online" }]),
  });
  const { closed } = await watch(team);
  expect((await erase(team.accountId)).status).toBe(204);
  expect(await closed).toMatchObject({ code: 1008, reason: "The key is no longer in force" });
});

test("Only the set-up token removes an account, and without the secret the route does not exist", async () => {
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

test("A removal that was interrupted can be repeated at any point", async () => {
  const subject = await mintSubject();
  const { team } = subject;
  const db = database(env.DB);
  expect(await listTeamIds(db, team)).toHaveLength(2);
  await revokeAccount(db, team);
  await objectOf(team).erase();
  for (let pages = 1; pages < 15; pages++) expect(await deleteAccount(db, team, { pages })).toBe(false);
  expect((await erase(team.accountId)).status).toBe(204);
  expect(await placesOfAccount(subject)).toEqual([]);
});

test("Blocks that D1 refused are not written after the removal", async () => {
  const subject = await mintSubject();
  const { team, identifiers, canary } = subject;
  await without("blocks", async () => {
    const users = [{ personIdentifier: identifiers[0], status: canary }];
    await request("/presence", { headers: team.asIntegration, body: presenceBody("desk", users) });
    await doDueWork(team);
    expect(await placesOfAccount(subject)).toContain("object.outbox.value");
  });
  expect((await erase(team.accountId)).status).toBe(204);
  expect(await placesOfAccount(subject)).toEqual([]);
});

test("A heartbeat that was accepted just before leaves nothing behind", async () => {
  const team = await mintTeam();
  const late = () => sendToObject(team, [{ personIdentifier: "ada", status: "online" }], { directoryVersion: 1 });
  await late();
  expect((await erase(team.accountId)).status).toBe(204);
  await late();
  expect(await objectState(team)).toEqual({ tables: 0, alarm: null, viewers: 0 });
});

test("A heartbeat accepted later by a cached key leaves nothing behind once D1 answers", async () => {
  const team = await mintTeam();
  expect((await erase(team.accountId)).status).toBe(204);
  await evict(team);
  await without("teams", async () => {
    await sendToObject(team, [{ personIdentifier: "ada", status: "online" }]);
    await doDueWork(team);
    // While D1 does not answer, the object cannot detect that the team was removed.
    expect(await objectState(team)).toMatchObject({ tables: expect.any(Number), alarm: expect.any(Number) });
  });
  await doDueWork(team);
  expect(await objectState(team)).toEqual({ tables: 0, alarm: null, viewers: 0 });
});

test("A team that D1 knew is kept even if the database at hand does not have it", async () => {
  const team = await mintTeam();
  await sendToObject(team, [{ personIdentifier: "ada", status: "online" }]);
  await doDueWork(team);
  await without("teams", async () => {
    await env.DB.exec("CREATE TABLE teams AS SELECT * FROM teams_away WHERE false");
    await sendToObject(team, [{ personIdentifier: "bob", status: "online" }]);
    await doDueWork(team);
    await env.DB.exec("DROP TABLE teams");
  });
  await doDueWork(team);
  expect(Object.keys(await presence(team))).toEqual(["ada", "bob"]);
});

test("A large account is removed by several requests", async () => {
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
