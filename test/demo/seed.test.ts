import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { isEmail } from "../../src/lib/text.ts";
import { isTimeZone } from "../../src/lib/time_zone.ts";
import { call } from "../support/team.ts";
import { INACTIVE, INTEGRATION, NOT_ONBOARDED, TEAM } from "./account.ts";
import { PEOPLE } from "./people.ts";
import { seedDemo } from "./seed.ts";

const TABLES = ["accounts", "teams", "integrations", "api_keys", "people", "identities", "members"].concat([
  "reports",
  "checkins",
  "checkin_tags",
  "comments",
  "reactions",
  "events",
]);
const DAY_MS = 86_400_000;

const rows = async (table: string) => (await env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1`).all()).results;
const everything = async () => Object.fromEntries(await Promise.all(TABLES.map(async (t) => [t, await rows(t)])));
const value = (sql: string, ...params: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .first();

beforeAll(() => seedDemo(env.DB, Date.now()));

test("A second run one day later changes nothing", async () => {
  const before = await everything();
  await seedDemo(env.DB, Date.now() + DAY_MS);
  expect(await everything()).toEqual(before);
});

test("A second run keeps manual changes", async () => {
  await env.DB.prepare("UPDATE people SET name = 'Emma Stone' WHERE id = 'usr_4f8a2c'").run();
  await seedDemo(env.DB, Date.now());
  expect(await value("SELECT name FROM people WHERE id = 'usr_4f8a2c'")).toEqual({ name: "Emma Stone" });
});

describe("the team", () => {
  test("The team has the nine active members of Status Hero's report, and StatsAware's two people as observers", async () => {
    const { results } = await env.DB.prepare(
      "SELECT role, count(*) AS count FROM members WHERE team_id = ? GROUP BY role ORDER BY role",
    )
      .bind(TEAM.id)
      .all();
    expect(results).toEqual([
      { role: "active", count: 9 },
      { role: "observer", count: 2 },
    ]);
  });

  test("Emma is a member with the data that Status Hero and Stats Notifier print", async () => {
    const emma = await value(
      `SELECT m.id, m.username, m.role, m.manager, p.slug, p.email, p.time_zone, p.location, p.administrator
        FROM members m JOIN people p ON p.id = m.person_id WHERE p.id = 'usr_4f8a2c'`,
    );
    expect(emma).toEqual({
      ...{ id: "5b73a1de-b26f-46fe-8f61-8355a2d9241b", username: "EmmaGarrett", role: "active", manager: 0 },
      ...{ slug: "emma-garrett", email: "demo+emma@8012labs.com", time_zone: "America/Los_Angeles" },
      ...{ location: "Portland", administrator: 0 },
    });
  });

  test.each(PEOPLE)("$name is found by every identifier and by e-mail", async (person) => {
    const { results } = await env.DB.prepare("SELECT identifier FROM identities WHERE person_id = ?")
      .bind(person.id)
      .all<{ identifier: string }>();
    const identifiers = results.map((row) => row.identifier);
    expect(identifiers.toSorted()).toEqual(person.identifiers.toSorted());
    if (person.email) expect(identifiers).toContain(person.email);
    expect(person.identifiers.length).toBeGreaterThan(0);
    expect(person.email === null || isEmail(person.email)).toBe(true);
    expect(isTimeZone(person.timeZone)).toBe(true);
    expect(person.id).toMatch(/^usr_[0-9a-f]{6}$/);
  });
});

describe("the keys", () => {
  const presence = (key: string) =>
    call("/api/v1/presence", {
      headers: { Authorization: `Bearer ${key}` },
      body: {
        timestamp: new Date().toISOString(),
        source: "slack-bot",
        users: [{ personIdentifier: "john.doe", name: "John Doe", status: "online", timezone: "America/New_York" }],
      },
    });

  test.each([
    ["the key of the document", INTEGRATION.key, 200, undefined],
    ["the key of the inactive integration", INACTIVE.key, 403, "Integration not active"],
    ["the key of the account that is not set up", NOT_ONBOARDED.integration.key, 403, "Account onboarding incomplete"],
  ])(
    "The presence request with a demo key is answered with the documented status: %s",
    async (_whose, key, status, error) => {
      const response = await presence(key);
      expect(response.status).toBe(status);
      expect((await response.json<{ error?: string }>()).error).toBe(error);
    },
  );

  test("The team key is accepted with the team id", async () => {
    const response = await call("/api/v1/integrations", { headers: { "X-TEAM-ID": TEAM.id, "X-API-KEY": TEAM.key } });
    expect(response.status).toBe(200);
  });
});

test("Presence of john.doe belongs to the demo's John Doe and creates no person", async () => {
  const count = () => value("SELECT count(*) AS people FROM people");
  const before = await count();
  const { status } = await call("/api/v1/presence", {
    headers: { Authorization: `Bearer ${INTEGRATION.key}` },
    body: {
      timestamp: new Date().toISOString(),
      source: "slack-bot",
      users: [
        { personIdentifier: "john.doe", name: "John Doe", status: "online", timezone: "America/New_York" },
        { personIdentifier: "jane.smith", name: "Jane Smith", status: "away", timezone: "Europe/London" },
      ],
    },
  });
  expect(status).toBe(200);
  expect(await count()).toEqual(before);
});
