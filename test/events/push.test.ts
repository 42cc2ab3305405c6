import { describe, expect, test } from "vitest";
import { mintTeam } from "../support/team.ts";
import { anEvent, list, listAll, push, send } from "./client.ts";

/** The request in StatsAware's document, "Events API", exactly as printed there. */
const DOCUMENTED = `{
"events": [
{
"kind": "commit",
"externalId": "abc123-commit-456",
"personIdentifier": "john.doe",
"timestamp": "2024-01-15T14:25:00Z",
"title": "Fix user authentication bug",
"scope": "backend/auth",
"url": "https://github.com/company/repo/commit/abc123",
"details": {
"repository": "company/main-app",
"branch": "feature/auth-fix",
"filesChanged": 3,
"linesAdded": 45,
"linesRemoved": 12
}
},
{
"kind": "task_update",
"externalId": "jira-PROJ-123",
"personIdentifier": "jane.smith",
"timestamp": "2024-01-15T14:28:00Z",
"title": "Complete user onboarding flow",
"scope": "Product/UX",
"url": "https://company.atlassian.net/browse/PROJ-123",
"details": {
"status": "completed",
"project": "Q1 Growth",
"estimatedHours": 8,
"actualHours": 6.5
}
}
]
}`;

describe("the documented request of the Events API", () => {
  test("The documented request creates two events, is skipped when repeated, and reads back as sent", async () => {
    const team = await mintTeam();
    const before = Date.now();
    const first = await send(team, DOCUMENTED);
    expect(first.status).toBe(200);
    const answer: { timestamp: string } = await first.json();
    expect(answer).toEqual({
      success: true,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/),
      processed: { total: 2, created: 2, updated: 0, skipped: 0, errors: 0 },
    });
    expect(Date.parse(answer.timestamp)).toBeGreaterThanOrEqual(before);

    const { data: created } = await list(team);
    const repeat = await send(team, DOCUMENTED);
    expect(await repeat.json()).toMatchObject({
      processed: { total: 2, created: 0, updated: 0, skipped: 2, errors: 0 },
    });
    expect((await list(team)).data).toEqual(created);
    expect(created).toMatchObject([
      {
        identifier: "jane.smith",
        kind: "task_update",
        external_id: "jira-PROJ-123",
        title: "Complete user onboarding flow",
        scope: "Product/UX",
        url: "https://company.atlassian.net/browse/PROJ-123",
        details: { status: "completed", project: "Q1 Growth", estimatedHours: 8, actualHours: 6.5 },
        occurred_at: "2024-01-15T14:28:00Z",
        integration_id: team.integrationId,
      },
      { identifier: "john.doe", external_id: "abc123-commit-456", occurred_at: "2024-01-15T14:25:00Z" },
    ]);
  });
});

describe("an event sent again", () => {
  test.each([
    ["kind", { kind: "review" }, { kind: "review" }],
    ["title", { title: "Another" }, { title: "Another" }],
    ["scope", { scope: "frontend" }, { scope: "frontend" }],
    ["time", { timestamp: "2024-01-15T14:25:01Z" }, { occurred_at: "2024-01-15T14:25:01Z" }],
    ["person", { personIdentifier: "jane.smith" }, { identifier: "jane.smith" }],
    ["url", { url: "https://example.com/2" }, { url: "https://example.com/2" }],
    ["url that is now absent", { url: null }, { url: null }],
    ["details", { details: { a: 1, b: [2, 1] } }, { details: { a: 1, b: [2, 1] } }],
    ["type of a value in its details", { details: { a: "1", b: [1, 2] } }, { details: { a: "1", b: [1, 2] } }],
    ["details that are now absent", { details: null }, { details: null }],
  ])("An event with a changed %s is replaced, except for its id and creation time", async (_, change, shown) => {
    const team = await mintTeam();
    const sent = anEvent({ url: "https://example.com/1", details: { a: 1, b: [1, 2] } });
    await push(team, sent);
    const [original] = (await list(team)).data;
    const { processed } = await push(team, { ...sent, ...change });
    expect(processed).toEqual({ total: 1, created: 0, updated: 1, skipped: 0, errors: 0 });
    const [changed, ...others] = (await list(team)).data;
    expect(others).toEqual([]);
    expect(changed).toMatchObject({ ...shown, id: original!.id, created_at: original!.created_at });
    expect((await push(team, { ...sent, ...change })).processed).toMatchObject({ updated: 0, skipped: 1 });
  });

  test.each([
    ["another spelling of its time", { timestamp: "2024-01-15T09:25:00.000-05:00" }],
    [
      "spaces around its texts",
      { title: " Fix user authentication bug\n", kind: "commit ", personIdentifier: " john.doe" },
    ],
    ["the keys of its details in another order", { details: { b: { d: 4, c: [3] }, a: 1 } }],
    ["an absent field written as null", { url: null }],
    ["an unknown field", { colour: "red" }],
  ])("An event with %s counts as unchanged", async (_, change) => {
    const team = await mintTeam();
    const sent = anEvent({ details: { a: 1, b: { c: [3], d: 4 } } });
    await push(team, sent);
    expect((await push(team, { ...sent, ...change })).processed).toMatchObject({ updated: 0, skipped: 1 });
  });

  test("The same external id in another team is another event", async () => {
    const [one, other] = [await mintTeam(), await mintTeam()];
    const sent = anEvent();
    await push(one, sent);
    expect((await push(other, { ...sent, title: "Theirs" })).processed).toMatchObject({ created: 1 });
    expect((await list(one)).data).toMatchObject([{ title: sent.title }]);
  });
});

describe("a batch of events", () => {
  test("A batch stores its valid events and lists the others by index, external id and reason", async () => {
    const team = await mintTeam();
    const [known, added] = [anEvent(), anEvent()];
    await push(team, known);
    const answer = await push(
      team,
      anEvent({ externalId: "no-title", title: undefined }),
      known,
      "not an event",
      added,
      { ...known, title: "Changed" },
      anEvent({ externalId: 7 }),
    );
    expect(answer.processed).toEqual({ total: 6, created: 1, updated: 1, skipped: 1, errors: 3 });
    expect(answer.failures).toEqual([
      { index: 0, externalId: "no-title", message: "title: is required" },
      { index: 2, externalId: null, message: "must be an object" },
      { index: 5, externalId: null, message: "externalId: must be a string" },
    ]);
    expect((await list(team)).data.map((event) => event.title).sort()).toEqual(["Changed", added.title]);
  });

  test("If events of a batch have the same external id, the last valid one is stored", async () => {
    const team = await mintTeam();
    const event = anEvent();
    const answer = await push(
      team,
      { ...event, title: "First" },
      { ...event, externalId: ` ${event.externalId} `, title: "Second" },
      { ...event, title: "" },
    );
    expect(answer.processed).toEqual({ total: 3, created: 1, updated: 0, skipped: 1, errors: 1 });
    expect((await list(team)).data).toMatchObject([{ title: "Second", external_id: event.externalId }]);
  });

  test("A batch without events changes nothing", async () => {
    const team = await mintTeam();
    expect((await push(team)).processed).toEqual({ total: 0, created: 0, updated: 0, skipped: 0, errors: 0 });
  });

  test("A batch may hold at most 1,000 events", async () => {
    const team = await mintTeam();
    const events = Array.from({ length: 1_001 }, (_, i) => anEvent({ personIdentifier: `person-${i % 7}` }));
    const refused = await send(team, { events });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: "too_large", error: "events: must hold at most 1,000 events" });
    expect((await list(team)).data).toEqual([]);
    expect((await push(team, ...events.slice(1))).processed).toMatchObject({ total: 1_000, created: 1_000 });
    expect(await listAll(team, { limit: "200" })).toHaveLength(1_000);
  });
});

describe("the time of an event", () => {
  test("The time of an event is returned in UTC", async () => {
    const team = await mintTeam();
    await push(
      team,
      anEvent({ timestamp: "2024-03-01T00:30:00+05:30" }),
      anEvent({ timestamp: "1969-07-20T20:17:40.5Z" }),
    );
    expect((await list(team)).data.map((event) => event.occurred_at)).toEqual([
      "2024-02-29T19:00:00Z",
      "1969-07-20T20:17:40.500Z",
    ]);
  });

  test("The time of an event may be up to 5 minutes in the future", async () => {
    const team = await mintTeam();
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const answer = await push(team, anEvent({ timestamp: inMinutes(4.9) }), anEvent({ timestamp: inMinutes(5.5) }));
    expect(answer.processed).toMatchObject({ created: 1, errors: 1 });
    expect(answer.failures).toMatchObject([{ index: 1, message: "timestamp: must not be more than 5 minutes ahead" }]);
  });
});
