import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { clock, evict, objectOf, send, sendToObject, stopTheClock } from "../support/presence.ts";
import { request } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { without } from "../support/without.ts";

stopTheClock();

type Answer = {
  processed: Record<string, unknown>;
  failures?: { index: number; personIdentifier?: string; externalId?: string; message: string }[];
};

/** Creates a team whose keys may each create so many identities on one day. */
async function limited(limit: number, options: Parameters<typeof mintTeam>[0] = {}): Promise<Team> {
  const team = await mintTeam(options);
  await request("/team", { method: "PATCH", headers: team.asTeam, body: { new_identities_per_day: limit } });
  return team;
}

const names = (prefix: string, count: number, first = 0) =>
  Array.from({ length: count }, (_, n) => `${prefix}-${first + n}`);

const report = async (team: Team, identifiers: string[], as = team.asIntegration): Promise<Answer> => {
  const users = identifiers.map((personIdentifier) => ({ personIdentifier, status: "online" }));
  const response = await send(team, users, { as });
  expect(response.status).toBe(200);
  return response.json();
};

const pushEvents = async (team: Team, identifiers: string[], as = team.asIntegration): Promise<Answer> => {
  const timestamp = new Date().toISOString();
  const events = identifiers.map((personIdentifier) => ({
    ...{ kind: "task", externalId: `of-${personIdentifier}`, personIdentifier, timestamp, title: "T", scope: "s" },
  }));
  const response = await call("/api/v1/events", { headers: as, body: { events } });
  expect(response.status).toBe(200);
  return response.json();
};

/** The identifiers of the team's account, and how many people it has. */
async function kept(team: Team): Promise<{ identifiers: string[]; people: number }> {
  await objectOf(team).wake();
  const identities = await rows<{ identifier: string }>(
    "SELECT identifier FROM identities WHERE account_id = ? ORDER BY identifier",
    team.accountId,
  );
  const people = await rows("SELECT id FROM people WHERE account_id = ?", team.accountId);
  return { identifiers: identities.map(({ identifier }) => identifier), people: people.length };
}

async function refusedInMetrics(team: Team): Promise<number> {
  const response = await call("/metrics", { headers: team.asTeam });
  const text = new TextDecoder().decode(await response.arrayBuffer());
  return Number(/^rollcall_identities_refused_total\{.*\} (\d+)$/m.exec(text)?.[1]);
}

const REFUSAL = expect.stringMatching(/^personIdentifier: is new, .*new_identities_per_day of the team allows: \d+$/);

describe("The limit of new identities a day", () => {
  test("Users of a heartbeat beyond the limit are named as failures, and are not kept", async () => {
    const team = await limited(3);
    await report(team, ["a-0", "a-1"]);
    const answer = await report(team, ["b-0", "a-0", "b-1", "b-2"]);
    expect(answer).toMatchObject({ processed: { users: 2, statuses: { online: 2 } } });
    expect(answer.failures).toEqual([
      { index: 2, personIdentifier: "b-1", message: REFUSAL },
      { index: 3, personIdentifier: "b-2", message: REFUSAL },
    ]);
    expect(await kept(team)).toEqual({ identifiers: ["a-0", "a-1", "b-0"], people: 3 });
    expect(await refusedInMetrics(team)).toBe(2);
    expect((await report(team, ["b-0", "a-0"])).failures).toBeUndefined();
  });

  test("Events beyond the limit are named as failures, and those of known people are stored", async () => {
    const team = await limited(2);
    const answer = await pushEvents(team, ["a-0", "a-1", "a-2", "a-3"]);
    expect(answer).toMatchObject({ processed: { total: 4, created: 2, skipped: 0, errors: 2 } });
    expect(answer.failures).toEqual([
      { index: 2, externalId: "of-a-2", message: REFUSAL },
      { index: 3, externalId: "of-a-3", message: REFUSAL },
    ]);
    expect(await pushEvents(team, ["a-2", "a-0"])).toMatchObject({ processed: { skipped: 1, errors: 1 } });
    expect(await kept(team)).toEqual({ identifiers: ["a-0", "a-1"], people: 2 });
    expect(await rows("SELECT id FROM events WHERE team_id = ?", team.teamId)).toHaveLength(2);
    expect(await refusedInMetrics(team)).toBe(3);
  });

  test("Presence and events share one count, and identities that exist already do not count", async () => {
    const team = await limited(3);
    await pushEvents(team, ["a-0", "a-1"]);
    expect((await report(team, ["a-0", "a-1", "b-0", "b-1"])).failures).toMatchObject([{ index: 3 }]);
    expect((await pushEvents(team, ["b-0", "c-0"])).failures).toMatchObject([{ index: 1 }]);
    const sibling = await limited(0, { accountId: team.accountId });
    expect((await report(sibling, ["a-0", "a-1", "b-0", "c-0"])).failures).toMatchObject([{ index: 3 }]);
    expect((await pushEvents(sibling, ["a-0", "c-0"])).failures).toMatchObject([{ index: 1 }]);
    expect(await kept(team)).toEqual({ identifiers: ["a-0", "a-1", "b-0"], people: 3 });
  });

  test("Each integration has a count of its own, which begins anew at midnight UTC", async () => {
    const team = await limited(1);
    const { key } = await request<{ key: string }>("/integrations", { headers: team.asTeam, body: { name: "Other" } });
    const other = { Authorization: `Bearer ${key}` };
    await report(team, ["a-0"]);
    expect((await report(team, ["b-0"])).failures).toHaveLength(1);
    expect((await report(team, ["b-0"], other)).failures).toBeUndefined();
    expect((await pushEvents(team, ["c-0"], other)).failures).toHaveLength(1);
    // START is at 9:00 UTC.
    clock(15 * 60 - 1);
    expect((await report(team, ["d-0"])).failures).toHaveLength(1);
    clock(15 * 60);
    expect((await report(team, ["d-0"])).failures).toBeUndefined();
    expect((await pushEvents(team, ["e-0"], other)).failures).toBeUndefined();
    expect((await kept(team)).identifiers).toEqual(["a-0", "b-0", "d-0", "e-0"]);
  });

  test("Requests at the same time do not exceed the limit", async () => {
    const team = await limited(50);
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? report : pushEvents)(team, names(`batch-${n}`, 20))),
    );
    const { identifiers } = await kept(team);
    // Heartbeats and events are counted in two places: at the same moment, each may use what the other has just used.
    expect(identifiers.length).toBeLessThanOrEqual(100);
    expect((await report(team, ["late"])).failures).toHaveLength(1);
    expect((await pushEvents(team, ["late"])).failures).toHaveLength(1);
    for (const send of [report, pushEvents]) {
      const alone = await limited(50);
      await Promise.all(Array.from({ length: 10 }, (_, n) => send(alone, names(`batch-${n}`, 20))));
      expect((await kept(alone)).identifiers).toHaveLength(50);
    }
  });

  test("While D1 is away, the team's object counts alone, also after an eviction", async () => {
    const team = await limited(2_000);
    const heartbeat = (identifiers: string[]) =>
      sendToObject(
        team,
        identifiers.map((personIdentifier) => ({ personIdentifier, status: "online" })),
        { newIdentitiesPerDay: 3 },
      );
    await without("identities", async () => {
      expect(await heartbeat(["a-0", "a-1"])).toEqual([]);
      await evict(team);
      expect(await heartbeat(["a-1", "b-0", "b-1"])).toEqual([2]);
    });
    expect(await kept(team)).toEqual({ identifiers: ["a-0", "a-1", "b-0"], people: 3 });
  });

  test("With the usual limit, a first batch of 2,000 people passes, and no more", async () => {
    const team = await mintTeam();
    for (const first of [0, 1_000]) expect((await report(team, names("p", 1_000, first))).failures).toBeUndefined();
    expect((await report(team, names("q", 1_000))).failures).toHaveLength(1_000);
    expect((await pushEvents(team, names("r", 1_000))).failures).toHaveLength(1_000);
    expect((await kept(team)).identifiers).toHaveLength(2_000);
  });
});

describe("New people that the team key adds", () => {
  const add = (team: Team, email: string) =>
    call("/api/v1/members", { headers: team.asTeam, body: { email, name: "New" } });

  test("The team key has the same limit, and a count of its own", async () => {
    const team = await limited(1);
    await report(team, ["tool@x.test"]);
    expect((await add(team, "one@x.test")).status).toBe(201);
    const { error } = await expectError(await add(team, "two@x.test"), 409, "conflict");
    expect(error).toContain("new_identities_per_day");
    expect((await kept(team)).identifiers).toEqual(["one@x.test", "tool@x.test"]);
    // A person who exists is not new.
    const sibling = await limited(0, { accountId: team.accountId });
    expect((await add(sibling, "one@x.test")).status).toBe(201);
    await expectError(await add(sibling, "two@x.test"), 409, "conflict");
  });
});

test("The count of a team is removed with its account", async () => {
  const team = await limited(1);
  await report(team, ["a-0", "a-1"]);
  const counts = () => rows("SELECT refused FROM identity_counts WHERE team_id = ?", team.teamId);
  expect(await counts()).toEqual([{ refused: 1 }]);
  const headers = { Authorization: `Bearer ${env.SETUP_TOKEN}` };
  const response = await call(`/api/v1/setup/accounts/${team.accountId}`, { method: "DELETE", headers });
  expect(response.status).toBe(204);
  expect(await counts()).toEqual([]);
});
