import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { expectError } from "../support/error.ts";
import { blocks, doDueWork, evict, objectOf, presence, sendToObject, stored } from "../support/presence.ts";
import { placesOf } from "../support/stored_places.ts";
import { presenceBody, request } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { without } from "../support/without.ts";

let team: Team;
let secret: string;
beforeEach(async () => {
  team = await mintTeam();
  secret = `secret${crypto.randomUUID().slice(0, 8)}`;
});

const settings = () => request<{ stores_details: boolean }>("/team", { headers: team.asTeam });
const set = (stores_details: unknown) =>
  call("/api/v1/team", { method: "PATCH", headers: team.asTeam, body: { stores_details } });
const sendHeartbeat = (who: string, status = "online", minutes = 0) =>
  request("/presence", {
    headers: team.asIntegration,
    body: presenceBody("desk", [{ personIdentifier: who, status, details: { place: secret } }], minutes),
  });
const event = (externalId: string, status: string) => ({
  ...{ kind: "task", externalId, personIdentifier: "ada", timestamp: "2026-01-15T12:00:00Z", title: "T", scope: "s" },
  details: { status, note: secret },
});
const push = async (...events: object[]) =>
  (await request<{ processed: object }>("/events", { headers: team.asIntegration, body: { events } })).processed;
const completed = async () =>
  (
    await env.DB.prepare("SELECT external_id, completed FROM events WHERE team_id = ? ORDER BY external_id")
      .bind(team.teamId)
      .all<{ external_id: string; completed: number }>()
  ).results.map((row) => [row.external_id, row.completed]);

const placesOfSecret = () => placesOf([secret], [team]);

describe("the details of presence and events", () => {
  test("Details are stored by default", async () => {
    expect(await settings()).toMatchObject({ stores_details: true });
    await sendHeartbeat("ada");
    await push(event("a", "open"));
    await doDueWork(team);
    expect(await placesOfSecret()).toEqual(["d1.blocks.details", "d1.events.details", "object.streams.value"]);
    expect(await (await set(true)).json()).toMatchObject({ stores_details: true });
    expect(await placesOfSecret()).toEqual(["d1.blocks.details", "d1.events.details", "object.streams.value"]);
  });

  test("A team can stop storing details from the next request on", async () => {
    await sendHeartbeat("ada");
    expect(await (await set(false)).json()).toMatchObject({ stores_details: false });
    expect(await settings()).toMatchObject({ stores_details: false });
    for (const [who, status] of [
      ["ada", "online"],
      ["ada", "busy"],
      ["bob", "online"],
      ["ada", "offline"],
    ] as const) {
      await sendHeartbeat(who, status);
      expect(await placesOfSecret()).toEqual([]);
    }
    await push(event("a", "open"), event("b", "done"));
    await doDueWork(team);
    await evict(team);
    await presence(team);
    expect(await placesOfSecret()).toEqual([]);
    expect((await blocks(team)).map(({ details }) => details)).toEqual([null, null, null]);
    // The status in the details still counts.
    expect(await completed()).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  test("Details that are not stored are still validated", async () => {
    await set(false);
    const body = { events: [{ ...event("a", "open"), details: { text: "x".repeat(16_384) } }] };
    const { processed } = await request<{ processed: object }>("/events", { headers: team.asIntegration, body });
    expect(processed).toMatchObject({ errors: 1 });
    const users = [{ personIdentifier: "ada", status: "online", details: "none" }];
    const refused = await call("/api/v1/presence", { headers: team.asIntegration, body: presenceBody("desk", users) });
    await expectError(refused, 400, "bad_request");
  });

  test("Stored details are cleared everywhere when the team stops storing them", async () => {
    await sendHeartbeat("ada", "busy", 5);
    await sendHeartbeat("ada", "online", 4);
    await push(event("a", "open"), event("b", "done"));
    await doDueWork(team);
    await without("blocks", async () => {
      await sendHeartbeat("ada", "busy");
      await doDueWork(team);
      expect(await placesOfSecret()).toEqual([
        ...["d1.blocks_away.details", "d1.events.details", "object.outbox.value", "object.streams.value"],
      ]);
    });
    await set(false);
    expect(await placesOfSecret()).toEqual([]);
    await doDueWork(team);
    await evict(team);
    await doDueWork(team);
    expect(await placesOfSecret()).toEqual([]);
    expect((await blocks(team)).map(({ status }) => status)).toEqual(["busy", "online", "busy"]);
    expect(await completed()).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
  });

  test("Details of many thousand events are cleared, and only those of the team", async () => {
    const other = await mintTeam();
    await push(event("first", "open"));
    const { identity_id: identity } = (await env.DB.prepare("SELECT identity_id FROM events WHERE team_id = ?")
      .bind(team.teamId)
      .first<{ identity_id: string }>())!;
    // More than a page, many at one instant.
    for (const { teamId } of [team, other]) {
      await env.DB.prepare(
        `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, details, occurred_at, created_at, updated_at)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 11000)
         SELECT ?1 || n, ?1, 'many-' || n, ?2, 'k', 't', 's', '{}', n / 7000, 0, 0 FROM n`,
      )
        .bind(teamId, identity)
        .run();
    }
    const kept = (teamId: string) =>
      env.DB.prepare("SELECT count(*) AS n FROM events WHERE team_id = ? AND details IS NOT NULL")
        .bind(teamId)
        .first("n");
    expect(await kept(team.teamId)).toBe(11_001);
    await set(false);
    expect([await kept(team.teamId), await kept(other.teamId)]).toEqual([0, 11_000]);
    await env.DB.prepare("DELETE FROM events WHERE team_id IN (?, ?)").bind(team.teamId, other.teamId).run();
  });

  test("Details that are not stored do not change an event that is sent again", async () => {
    expect(await push(event("a", "open"))).toMatchObject({ created: 1 });
    await set(false);
    expect(await push(event("a", "open"))).toMatchObject({ skipped: 1, updated: 0 });
    expect(await push({ ...event("a", "open"), details: { status: "open", other: 1 } })).toMatchObject({ skipped: 1 });
    // Their status does.
    expect(await push(event("a", "done"))).toMatchObject({ updated: 1 });
    expect(await push(event("a", "done"))).toMatchObject({ skipped: 1 });
    expect(await completed()).toEqual([["a", 1]]);
  });

  test("Details in a heartbeat that was accepted before the change are not kept", async () => {
    await sendHeartbeat("ada");
    await set(false);
    await sendToObject(team, [{ personIdentifier: "bob", status: "busy", details: { place: secret } }]);
    await doDueWork(team);
    expect(await placesOfSecret()).toEqual([]);
  });

  test("An object that has not read the change yet writes no details to D1", async () => {
    await request("/presence", {
      headers: team.asIntegration,
      body: presenceBody("desk", [{ personIdentifier: "ada", status: "online" }], 1),
    });
    await objectOf(team).flush(0);
    await env.DB.prepare("UPDATE teams SET stores_details = 0 WHERE id = ?").bind(team.teamId).run();
    await sendToObject(team, [{ personIdentifier: "ada", status: "busy", details: { place: secret } }]);
    await objectOf(team).flush(0);
    expect(await placesOfSecret()).toEqual(["object.streams.value"]);
    expect((await stored(team)).map(({ status, details }) => [status, details])).toEqual([
      ["online", null],
      ["busy", null],
    ]);
  });

  test("A cached heartbeat body brings no details to an object that has not read the change yet", async () => {
    await sendHeartbeat("ada");
    for (const stores of [false, true]) {
      await set(stores);
      await presence(team);
    }
    expect(await placesOfSecret()).toEqual([]);
    await env.DB.prepare("UPDATE teams SET stores_details = 0 WHERE id = ?").bind(team.teamId).run();
    await sendHeartbeat("ada");
    expect(await placesOfSecret()).toEqual([]);
  });

  test("A team can store details again", async () => {
    await set(false);
    await sendHeartbeat("ada");
    await set(true);
    await sendHeartbeat("ada");
    await push(event("a", "open"));
    await presence(team);
    expect(await placesOfSecret()).toEqual(["d1.events.details", "object.streams.value"]);
    expect(await blocks(team)).toMatchObject([{ details: { place: secret } }]);
    expect(await push(event("a", "open"))).toMatchObject({ skipped: 1 });
  });
});

test.each([null, "false", 0, []])("The value %j of stores_details is refused", async (value) => {
  const { issues } = await expectError(await set(value), 400, "bad_request");
  expect(issues).toEqual([{ path: "stores_details", message: "must be true or false" }]);
});
