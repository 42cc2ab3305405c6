import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { identityId, newId } from "../../src/lib/id.ts";
import { deleteHistory, deletePeople, listIdentityIds } from "../../src/privacy/erasure_store.ts";
import { expectError } from "../support/error.ts";
import { firstChange } from "../support/live.ts";
import { doDueWork, evict, objectOf, presence, sendToObject, stored } from "../support/presence.ts";
import { placesOf } from "../support/stored_places.ts";
import { mintSubject, presenceBody, request, type Subject } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { without } from "../support/without.ts";

const erase = (team: Team, person: string) =>
  call(`/api/v1/people/${person}`, { method: "DELETE", headers: team.asTeam });

const placesOfPerson = ({ canary, ids, team, sibling }: Subject) => placesOf([canary, ...ids], [team, sibling]);

const sendHeartbeat = (team: Team, user: Record<string, unknown>) =>
  request("/presence", { headers: team.asIntegration, body: presenceBody("desk", [{ status: "online", ...user }]) });

const count = async (sql: string, ...params: unknown[]) =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM ${sql}`)
    .bind(...params)
    .first<number>("n"))!;

/** Every column with something about a person before they are erased. */
const EVERYWHERE = [
  ...["blocks.details", "blocks.identity_id", "blocks.source", "blocks.status"],
  ...["checkin_tags.checkin_id", "checkin_tags.tag", "checkins.blockers", "checkins.id", "checkins.next"],
  ...["checkins.person_id", "checkins.previous", "checkins.slug"],
  ...["comments.body", "comments.checkin_id", "comments.person_id", "deliveries.error", "deliveries.subscription_id"],
  ...["events.details", "events.external_id", "events.html", "events.identity_id", "events.kind", "events.scope"],
  ...["events.title", "events.url", "identities.id", "identities.identifier", "identities.person_id"],
  ...["member_absences.person_id", "members.person_id", "members.username", "merge_moves.moved_id"],
  ...["merges.from_person_id", "merges.into_person_id", "people.avatar_url", "people.email", "people.former_id"],
  ...["people.id", "people.location", "people.merged_into", "people.name", "people.slug"],
  ...["reactions.body", "reactions.checkin_id", "reactions.person_id", "rollups.person_id", "stale_days.person_id"],
  ...["subscriptions.id", "subscriptions.person_id", "webhooks.subscription_id", "webhooks.url"],
].map((place) => `d1.${place}`);

describe("the erasure of a person", () => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await mintSubject();
  });

  test("Nothing about the person is left in any column of any table, nor in any object", async () => {
    const { team, sibling, personId, otherId } = subject;
    const before = await placesOfPerson(subject);
    expect(before).toEqual(expect.arrayContaining(EVERYWHERE));
    expect(before).toEqual(expect.arrayContaining(["object.directory.value", "object.streams.value"]));
    const reports = await count("reports WHERE team_id = ?", team.teamId);
    const response = await erase(team, personId);
    expect(response.status, await response.clone().text()).toBe(204);
    expect(await placesOfPerson(subject)).toEqual([]);
    // The remaining work of the objects restores nothing.
    for (const one of [team, sibling]) {
      await doDueWork(one);
      await evict(one);
      await doDueWork(one);
      await presence(one);
    }
    expect(await placesOfPerson(subject)).toEqual([]);
    expect(await count("reports WHERE team_id = ?", team.teamId)).toBe(reports);
    expect(await count("checkins WHERE person_id = ?", otherId)).toBe(1);
    expect(Object.keys(await presence(team))).toEqual(["Other Person"]);
  });

  test("A second erasure finds no person", async () => {
    const { team, personId, mergedId, identifiers } = subject;
    for (const reference of [personId, mergedId, ...identifiers, newId()]) {
      await expectError(await erase(team, reference), 404, "not_found");
    }
  });

  test("An erased identifier that is reported again is a new person", async () => {
    const { team, sibling, canary, personId, identifiers } = subject;
    const identifier = identifiers.find((one) => one.startsWith("first"))!;
    await sendHeartbeat(team, { personIdentifier: identifier, name: "Once Again" });
    await doDueWork(team);
    const { id } = await request<{ id: string }>(`/people/${identifier}`, { headers: team.asTeam });
    expect(id).not.toBe(personId);
    expect(await presence(team)).toMatchObject({ "Once Again": { person_id: id, status: "online" } });
    expect((await stored(team)).filter((block) => block.identifier === identifier)).toHaveLength(1);
    const event = { kind: "task", externalId: canary, personIdentifier: identifier, title: "T", scope: "s" };
    const body = { events: [{ ...event, timestamp: "2026-01-01T00:00:00Z" }] };
    expect(await request("/events", { headers: sibling.asIntegration, body })).toMatchObject({
      processed: { created: 1 },
    });
    expect(await request<{ id: string }>(`/people/${identifier}`, { headers: sibling.asTeam })).toMatchObject({ id });
  });
});

test("A merged person is erased with the person they were merged into, and a removed member can be erased", async () => {
  const [one, two] = [await mintSubject(), await mintSubject()];
  expect((await erase(one.team, one.mergedId)).status).toBe(204);
  expect(await placesOfPerson(one)).toEqual([]);
  await call(`/api/v1/members/${two.personId}`, { method: "DELETE", headers: two.team.asTeam });
  await expectError(await call(`/api/v1/people/${two.personId}`, { headers: two.team.asTeam }), 404, "not_found");
  await expectError(await erase(two.team, two.personId), 409, "conflict");
  expect((await erase(two.sibling, two.personId)).status).toBe(204);
  expect(await placesOfPerson(two)).toEqual([]);
});

test("A team that only observes a person cannot erase them from another team", async () => {
  const team = await mintTeam();
  const sibling = await mintTeam({ accountId: team.accountId });
  await sendHeartbeat(team, { personIdentifier: "ada", name: "Ada" });
  await sendHeartbeat(sibling, { personIdentifier: "ada" });
  const { id } = await request<{ id: string }>("/people/ada", { headers: team.asTeam });
  await expectError(await erase(sibling, id), 409, "conflict");
  await request(`/members/${id}`, { method: "PATCH", headers: sibling.asTeam, body: { role: "active" } });
  expect((await erase(sibling, id)).status).toBe(204);
  await expectError(await erase(team, id), 404, "not_found");
});

test("Only an id is accepted, because any other reference may belong to another person later", async () => {
  const team = await mintTeam();
  await sendHeartbeat(team, { personIdentifier: "ada", name: "Ada", email: "ada@named.example" });
  const { id, slug } = await request<{ id: string; slug: string }>("/people/ada", { headers: team.asTeam });
  for (const name of ["ada@named.example", slug]) {
    const { issues } = await expectError(await erase(team, name), 400, "bad_request");
    expect(issues).toMatchObject([{ path: "id" }]);
  }
  expect((await erase(team, id)).status).toBe(204);
});

test("No other person is erased", async () => {
  const [erased, kept] = [await mintSubject(), await mintSubject()];
  await doDueWork(kept.team);
  const before = await placesOfPerson(kept);
  const rows = async () => (await stored(kept.team)).length;
  const blocks = await rows();
  await erase(erased.team, erased.otherId);
  expect(await placesOfPerson(erased)).toEqual(expect.arrayContaining(EVERYWHERE));
  await erase(erased.team, erased.personId);
  expect([await placesOfPerson(kept), await rows()]).toEqual([before, blocks]);
});

test("Live viewers receive the erasure", async () => {
  const { team, personId } = await mintSubject();
  const change = await firstChange(team, () => erase(team, personId));
  expect(change).toMatchObject({ type: "change", data: [], removed: [personId] });
});

test("Blocks that D1 refused are not written after the erasure", async () => {
  const subject = await mintSubject();
  const { team, identifiers } = subject;
  await without("blocks", async () => {
    await sendHeartbeat(team, { personIdentifier: identifiers[0], status: "meeting" });
    await doDueWork(team);
    expect(await placesOfPerson(subject)).toContain("object.outbox.value");
  });
  expect((await erase(team, subject.personId)).status).toBe(204);
  await doDueWork(team);
  expect(await placesOfPerson(subject)).toEqual([]);
});

describe("an interrupted erasure", () => {
  const deleteFromD1 = async ({ team, personId }: Subject) => {
    const db = database(env.DB);
    await deleteHistory(db, team, [personId]);
    await deletePeople(db, team, [personId], Date.now());
  };

  test("It can be repeated where D1 has not deleted the person yet", async () => {
    const subject = await mintSubject();
    const { team, personId } = subject;
    const db = database(env.DB);
    await objectOf(team).removeIdentities(await listIdentityIds(db, team, [personId]));
    expect(await deleteHistory(db, team, [personId], { pages: 1 })).toBe(false);
    expect((await erase(team, personId)).status).toBe(204);
    expect(await placesOfPerson(subject)).toEqual([]);
  });

  test("The objects complete it when they wake, where they had not forgotten the person", async () => {
    const subject = await mintSubject();
    const { team, sibling } = subject;
    await deleteFromD1(subject);
    expect(await placesOfPerson(subject)).toEqual(
      expect.arrayContaining(["object.directory.value", "object.streams.value"]),
    );
    // Blocks on their way to D1 are written and deleted again.
    for (const one of [team, sibling]) {
      await evict(one);
      await doDueWork(one);
      await presence(one);
      await objectOf(one).wake();
    }
    expect(await placesOfPerson(subject)).toEqual([]);
  });

  test("Forgetting a person that D1 never knew does not stop other people from being stored", async () => {
    const team = await mintTeam();
    await without("identities", async () => {
      await sendToObject(team, [{ personIdentifier: "ada", status: "online" }]);
      await objectOf(team).removeIdentities([await identityId(team.accountId, "ada")]);
    });
    await sendToObject(team, [{ personIdentifier: "bob", status: "online" }]);
    await objectOf(team).wake();
    expect((await stored(team)).map(({ identifier }) => identifier)).toEqual(["bob"]);
  });

  test("Forgetting a person during a heartbeat loses no other person of it", async () => {
    const team = await mintTeam();
    await sendToObject(team, [{ personIdentifier: "ada", status: "online" }]);
    const both = ["ada", "bob"].map((personIdentifier) => ({ personIdentifier, status: "busy" }));
    const ada = await identityId(team.accountId, "ada");
    await Promise.all([sendToObject(team, both), objectOf(team).removeIdentities([ada])]);
    await sendToObject(team, both);
    expect(await presence(team)).toMatchObject({ ada: { status: "busy" }, bob: { status: "busy" } });
  });

  test("A tool that reports the person again before the objects forget them does not restore them", async () => {
    const subject = await mintSubject();
    const { team, sibling, identifiers, personId } = subject;
    // Without the address that only a status activity reported.
    const known = identifiers.filter((one) => !one.includes("@"));
    await doDueWork(team);
    await deleteFromD1(subject);
    // The new time zone waits to be written to D1, with the directory version from before the erasure.
    const anew = known.map((personIdentifier) => ({ personIdentifier, timezone: "Asia/Tokyo", status: "online" }));
    await sendToObject(team, anew);
    await doDueWork(team);
    await presence(sibling);
    await doDueWork(sibling);
    expect(await placesOfPerson(subject)).toEqual([]);
    await sendHeartbeat(team, { personIdentifier: known[0] });
    const again = await request<{ id: string }>(`/people/${known[0]}`, { headers: team.asTeam });
    expect(again.id).not.toBe(personId);
  });
});

test("A long history is erased by several requests, and each says what is left", async () => {
  const { team, personId, identityIds } = await mintSubject();
  await env.DB.prepare(
    `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, occurred_at, created_at, updated_at)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 81000)
     SELECT ?1 || n, ?1, 'many-' || n, ?2, 'k', 't', 's', n * 1000, 0, 0 FROM n`,
  )
    .bind(team.teamId, identityIds[0]!)
    .run();
  const first = await erase(team, personId);
  expect(first.status).toBe(202);
  const { person_id, left } = await first.json<{ person_id: string; left: Record<string, number> }>();
  expect(person_id).toBe(personId);
  expect(left.events).toBeGreaterThan(0);
  expect(left.events).toBeLessThan(2_000);
  const theirs = "events WHERE identity_id IN (SELECT value FROM json_each(?))";
  expect(await count(theirs, JSON.stringify(identityIds))).toBe(left.events);
  expect((await erase(team, personId)).status).toBe(204);
  expect(await count(theirs, JSON.stringify(identityIds))).toBe(0);
});

test("A team that the person was never on cannot erase them", async () => {
  const subject = await mintSubject();
  const third = await mintTeam({ accountId: subject.team.accountId });
  await expectError(await erase(third, subject.personId), 404, "not_found");
  expect(await placesOfPerson(subject)).toEqual(expect.arrayContaining(EVERYWHERE));
});
