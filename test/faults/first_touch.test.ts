import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createMorningReports } from "../../src/checkins/reports/job.ts";
import { anEvent, listAll } from "../events/client.ts";
import { clockAt, statuses } from "../support/checkins.ts";
import { rows } from "../support/database.ts";
import { blocks, iso, presence } from "../support/presence.ts";
import { db, mintTeamOf, reports, storedReports } from "../support/reports.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { scale, TIMEOUT_MS } from "./scale.ts";

afterAll(() => {
  vi.useRealTimers();
});

const AT_ONCE = 50;

/** Sends `AT_ONCE` requests at the same time. `request` makes the n-th. Returns the status and body of each answer. */
const allAtOnce = (request: (n: number) => Promise<Response>) =>
  Promise.all(
    Array.from({ length: AT_ONCE }, async (_, n) => {
      const response = await request(n);
      return { status: response.status, body: (await response.json()) as { processed?: unknown } };
    }),
  );

const statusesOf = (answers: { status: number }[]) => [...new Set(answers.map(({ status }) => status))].sort();

type User = { personIdentifier: string; email?: string; name?: string };

const sendHeartbeat = (team: Team, user: User) =>
  call("/api/v1/presence", {
    headers: team.asIntegration,
    body: { timestamp: iso(Date.now()), source: "chat", users: [{ ...user, status: "online" }] },
  });

const sendEvent = (team: Team, event: object) =>
  call("/api/v1/events", { headers: team.asIntegration, body: { events: [event] } });

/** Returns how many identities, and memberships of the team, each person of the account has. */
const people = (team: Team) =>
  rows<{ identities: number; members: number }>(
    `SELECT (SELECT count(*) FROM identities WHERE person_id = p.id) AS identities,
       (SELECT count(*) FROM members WHERE person_id = p.id AND team_id = ?) AS members
     FROM people p WHERE p.account_id = ?`,
    ...[team.teamId, team.accountId],
  );

describe.each(Array.from({ length: scale("firstTouches") }, (_, n) => n + 1))(
  "Fifty concurrent first requests, round %i",
  () => {
    beforeEach(() => {
      vi.useRealTimers();
    });

    test.each<[string, User, string, number]>([
      ["under one identifier", { personIdentifier: "ann" }, "ann", 1],
      ["by identifier and by e-mail", { personIdentifier: "ann", email: "Ann@x.test", name: "Ann" }, "ann@X.test", 2],
      ["by one e-mail in two spellings", { personIdentifier: "ANN@x.test" }, "ann@x.test", 2],
    ])("Heartbeats and events that name a person %s make one person", async (_, user, named, identities) => {
      const team = await mintTeam();
      const answers = await allAtOnce((n) =>
        n % 2 ? sendHeartbeat(team, user) : sendEvent(team, anEvent({ personIdentifier: named, externalId: `e${n}` })),
      );
      expect(statusesOf(answers)).toEqual([200]);
      expect(Object.values(await presence(team))).toMatchObject([{ present: true, status: "online" }]);
      expect(await people(team)).toEqual([{ identities, members: 1 }]);
      expect(await blocks(team)).toHaveLength(1);
      const events = await listAll(team);
      expect(events).toHaveLength(AT_ONCE / 2);
      const [person] = Object.values(await presence(team));
      expect(new Set(events.map((event) => event.person_id))).toEqual(new Set([person!.person_id]));
    });

    test("Heartbeats and events of two teams of an account make one person, on both teams", async () => {
      const one = await mintTeam();
      const two = await mintTeam({ accountId: one.accountId });
      const answers = await allAtOnce((n) => {
        const team = n % 4 < 2 ? one : two;
        return n % 2
          ? sendHeartbeat(team, { personIdentifier: "ann" })
          : sendEvent(team, anEvent({ personIdentifier: "ann" }));
      });
      expect(statusesOf(answers)).toEqual([200]);
      for (const team of [one, two]) {
        expect(Object.keys(await presence(team))).toEqual(["ann"]);
        expect(await people(team)).toEqual([{ identities: 1, members: 1 }]);
      }
    });

    test("The same event fifty times makes one event", async () => {
      const team = await mintTeam();
      const event = anEvent();
      const answers = await allAtOnce(() => sendEvent(team, event));
      expect(statusesOf(answers)).toEqual([200]);
      const processed = answers.map(({ body }) => body.processed as { created: number; skipped: number });
      expect(processed.filter(({ created }) => created === 1)).toHaveLength(1);
      expect(processed.filter(({ skipped }) => skipped === 1)).toHaveLength(AT_ONCE - 1);
      expect(await listAll(team)).toMatchObject([{ external_id: event.externalId, title: event.title }]);
      expect(await people(team)).toEqual([{ identities: 1, members: 1 }]);
    });

    test("Fifty versions of an event make one event, equal to one of the versions", async () => {
      const team = await mintTeam();
      const event = anEvent();
      const answers = await allAtOnce((n) =>
        sendEvent(team, { ...event, title: `Title ${n}`, url: `https://x.test/${n}` }),
      );
      const processed = answers.map(({ body }) => body.processed as { created: number; updated: number });
      expect(processed.filter(({ created }) => created === 1)).toHaveLength(1);
      expect(processed.filter(({ updated }) => updated === 1)).toHaveLength(AT_ONCE - 1);
      const [kept, ...others] = await listAll(team);
      expect(others).toEqual([]);
      expect(kept!.url).toBe(String(kept!.title).replace("Title ", "https://x.test/"));
    });

    test("A new member is created once, and the other requests are answered with 409", async () => {
      const team = await mintTeam();
      const body = { name: "Ann Lee", email: "ann@x.test" };
      const answers = await allAtOnce(() => call("/api/v1/members", { headers: team.asTeam, body }));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(AT_ONCE - 1);
      expect(await people(team)).toMatchObject([{ members: 1 }]);
    });

    // 2018-02-05 is a Monday.
    const names = Array.from({ length: 20 }, (_, n) => `Member ${n}`);
    const MONDAY = { date: "2018-02-05", previous_date: "2018-02-02", names: names.toSorted().join(", ") };

    test("Fifty GETs of a day make one report, with one check-in per member", async () => {
      clockAt("2018-02-05T15:00:00Z");
      const team = await mintTeamOf({ names });
      const paths = ["/reports", "/statuses", "/tags", "/reports/2018-02-05", "/statuses/2018-02-05-member-7"];
      const answers = await allAtOnce((n) => call(`/api/v1${paths[n % paths.length]}`, { headers: team.asTeam }));
      expect(statusesOf(answers)).toEqual([200]);
      expect(await storedReports(team)).toEqual([MONDAY]);
    });

    test("Readers, check-ins and the morning job make one report, and every answer is kept", async () => {
      clockAt("2018-02-05T15:00:00Z");
      const team = await mintTeamOf({ names });
      const morning = createMorningReports({ db, now: Date.now() });
      const answers = await allAtOnce((n) => {
        const [headers, member] = [team.asTeam, `member.${n}@x.test`];
        if (n >= names.length) return call("/api/v1/reports", { headers });
        return call("/api/v1/statuses", { headers, body: { member, answers: { next: `Plan ${n}` } } });
      });
      expect(await morning).toBe(0);
      expect(statusesOf(answers)).toEqual([200, 201]);
      expect(await storedReports(team)).toEqual([MONDAY]);
      const [report] = await reports(team);
      expect(report!.metrics).toMatchObject({ participation_count: names.length });
      const texts = (await statuses(team)).map(({ answers }) => answers.next);
      expect(texts.sort()).toEqual(names.map((_, n) => `Plan ${n}`).sort());
    });

    test("Fifty answers to one check-in leave one of them", async () => {
      clockAt("2018-02-05T15:00:00Z");
      const team = await mintTeamOf({ names: ["Ann"] });
      const answers = await allAtOnce((n) =>
        call("/api/v1/statuses", {
          headers: team.asTeam,
          body: { member: "ann@x.test", answers: { next: `Plan ${n}` } },
        }),
      );
      expect(statusesOf(answers)).toEqual([200, 201]);
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await statuses(team)).toMatchObject([{ answers: { next: expect.stringMatching(/^Plan \d+$/) } }]);
    });
  },
  TIMEOUT_MS,
);
