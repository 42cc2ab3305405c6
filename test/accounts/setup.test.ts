import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { identityId, newId } from "../../src/lib/id.ts";
import { direct } from "../support/direct.ts";
import { call } from "../support/team.ts";
import { type Answer, ask, body, countRows, setUp, TOKEN } from "./setup_client.ts";

const asTeam = ({ team }: Answer) => ({ "X-TEAM-ID": team.id, "X-API-KEY": team.key });
const asIntegration = ({ integration }: Answer) => ({ Authorization: `Bearer ${integration.key}` });

describe("a first account", () => {
  test("It has a team, an owner, an integration and keys that work at once", async () => {
    const sent = body();
    const response = await ask(sent);
    expect(response.status).toBe(201);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const made = await response.json<Answer>();
    expect(made).toEqual({
      account: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: "Omega Team" },
      team: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: "Omega Team",
        slug: "omega-team",
        time_zone: "UTC",
        key: expect.stringMatching(/^[\w-]{43}$/),
      },
      owner: {
        person_id: expect.stringMatching(/^usr_[0-9A-Za-z]{16}$/),
        name: "Emma Garrett",
        email: sent.owner.email.toLowerCase(),
      },
      integration: {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: "First integration",
        presence_timeout_minutes: 10,
        key: expect.stringMatching(/^tc_[0-9A-Za-z]{20}$/),
      },
    });
    const integrations = await call("/api/v1/integrations", { headers: asTeam(made) });
    expect(integrations.status).toBe(200);
    expect(await integrations.json()).toMatchObject({ data: [{ id: made.integration.id, active: true }] });
    expect((await call("/api/v1/people", { headers: asIntegration(made) })).status).toBe(200);
  });

  test("Names, time zones, slug and timeout can be given", async () => {
    const slug = `beta-${newId()}`;
    const made = await setUp({
      account_name: "Beta Ltd",
      team: { name: "Beta", slug, time_zone: "Europe/Kyiv" },
      owner: { name: "Hugh Oliver", email: "hugh@example.com", time_zone: "America/New_York" },
      integration: { name: "Slack", presence_timeout_minutes: 720 },
    });
    expect(made).toMatchObject({
      account: { name: "Beta Ltd" },
      team: { name: "Beta", slug, time_zone: "Europe/Kyiv" },
      integration: { name: "Slack", presence_timeout_minutes: 720 },
    });
    const zone = env.DB.prepare("SELECT time_zone FROM people WHERE id = ?").bind(made.owner.person_id);
    expect(await zone.first("time_zone")).toBe("America/New_York");
  });

  test("The owner is an administrator, a manager and an active member", async () => {
    const { owner, team, account } = await setUp(body());
    const row = await env.DB.prepare(
      "SELECT p.account_id, p.administrator, p.time_zone, m.role, m.manager, m.username, p.slug FROM people p JOIN members m ON m.person_id = p.id WHERE p.id = ? AND m.team_id = ?",
    )
      .bind(owner.person_id, team.id)
      .first();
    expect(row).toEqual({
      ...{ account_id: account.id, administrator: 1, time_zone: null },
      ...{ role: "active", manager: 1, username: "emma-garrett", slug: "emma-garrett" },
    });
  });

  test("A tool that reports the owner by e-mail, in any case, finds them", async () => {
    const made = await setUp(body());
    // The id is the one that a team's object derives without a query of D1.
    const identities = env.DB.prepare("SELECT id, identifier FROM identities WHERE person_id = ?");
    expect((await identities.bind(made.owner.person_id).all()).results).toEqual([
      { id: await identityId(made.account.id, made.owner.email), identifier: made.owner.email },
    ]);
    const users = [
      { personIdentifier: made.owner.email, status: "online" },
      { personIdentifier: made.owner.email.toUpperCase(), status: "online" },
    ];
    const update = { timestamp: new Date().toISOString(), source: "test", users };
    expect((await call("/api/v1/presence", { headers: asIntegration(made), body: update })).status).toBe(200);
    const response = await call("/api/v1/presence", { headers: asTeam(made) });
    const { data } = await response.json<{ data: { person_id: string }[] }>();
    expect(data.map(({ person_id }) => person_id)).toEqual([made.owner.person_id]);
  });

  test("A second account has nothing in common with the first", async () => {
    const [first, second] = [await setUp(body()), await setUp(body())];
    expect(second.account.id).not.toBe(first.account.id);
    const crossed = { "X-TEAM-ID": first.team.id, "X-API-KEY": second.team.key };
    expect((await call("/api/v1/integrations", { headers: crossed })).status).toBe(401);
  });
});

describe("the team's slug", () => {
  test("It is made from the name, with a number while another team has it", async () => {
    const id = newId();
    const slugs: string[] = [];
    for (let n = 0; n < 3; n++) slugs.push((await setUp(body({ name: `Émile & Søn ${id}` }))).team.slug);
    expect(slugs).toEqual([`emile-son-${id}`, `emile-son-${id}-2`, `emile-son-${id}-3`]);
  });

  test("With a number it has at most 60 characters and no double hyphen", async () => {
    const name = `${"x".repeat(57)} ${"y".repeat(20)}`;
    const slugs = [(await setUp(body({ name }))).team.slug, (await setUp(body({ name }))).team.slug];
    expect(slugs).toEqual([`${"x".repeat(57)}-yy`, `${"x".repeat(57)}-2`]);
  });

  test("A name without ASCII letters gets a slug too", async () => {
    const slugs = [(await setUp(body({ name: "火曜日" }))).team.slug, (await setUp(body({ name: "🦊" }))).team.slug];
    // Other suites may have made some before.
    const numbers = slugs.map((slug) => Number(/^team(?:-(\d+))?$/.exec(slug)![1] ?? 1));
    expect(numbers[1]).toBe(numbers[0]! + 1);
  });

  test("Several set-ups at the same time get different slugs", async () => {
    const name = `Racing ${newId()}`;
    const made = await Promise.all(Array.from({ length: 5 }, () => setUp(body({ name }))));
    expect(new Set(made.map(({ team }) => team.slug)).size).toBe(5);
  });

  test("A given slug that is taken is a conflict, and nothing is created", async () => {
    const slug = `taken-${newId()}`;
    await setUp(body({ slug }));
    const before = await countRows();
    const response = await ask(body({ slug }));
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "conflict", error: "team.slug: another team has it" });
    expect(await countRows()).toEqual(before);
  });
});

test("A set-up that fails creates nothing", async () => {
  const before = await countRows();
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  // The last row cannot be written.
  await env.DB.exec(
    "CREATE TRIGGER no_keys BEFORE INSERT ON api_keys WHEN new.integration_id IS NOT NULL BEGIN SELECT raise(ABORT, 'full'); END",
  );
  try {
    const response = await direct("/api/v1/setup", { headers: TOKEN, body: body() });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: "Processing failed" });
  } finally {
    await env.DB.exec("DROP TRIGGER no_keys");
    log.mockRestore();
  }
  expect(await countRows()).toEqual(before);
});

describe("an invalid body", () => {
  const cases: [string, unknown, string[]][] = [
    ["an empty body", {}, ["team", "owner"]],
    ["a body that is no object", [], [""]],
    ["unknown fields, at any depth", { ...body({ colour: "red" }), plan: "free" }, ["team.colour", "plan"]],
    ["an empty team name", body({ name: " " }), ["team.name"]],
    ["a time zone that is an abbreviation", body({ time_zone: "EST" }), ["team.time_zone"]],
    ["an invalid e-mail", { ...body(), owner: { name: "E", email: "emma" } }, ["owner.email"]],
    [
      "an invalid time zone of the owner",
      { ...body(), owner: { name: "E", email: "e@x.io", time_zone: "+01:00" } },
      ["owner.time_zone"],
    ],
    [
      "a timeout that is too long",
      { ...body(), integration: { presence_timeout_minutes: 721 } },
      ["integration.presence_timeout_minutes"],
    ],
    ["an account without a name", { ...body(), account_name: "" }, ["account_name"]],
    ...["", "Alpha", "a b", "-a", "a-", "a--b", "é", "x".repeat(61), 5, null].map(
      (slug): [string, unknown, string[]] => [`the slug ${JSON.stringify(slug)}`, body({ slug }), ["team.slug"]],
    ),
  ];

  test.each(cases)("The answer to %s names the fields", async (_, sent, paths) => {
    const response = await ask(sent);
    const { issues } = await response.json<{ issues: { path: string }[] }>();
    expect(response.status).toBe(400);
    expect(issues.map((issue) => issue.path).sort()).toEqual(paths.sort());
  });
});

describe("the set-up token", () => {
  test("A missing or wrong token, or another scheme, is a 401 before the body is read", async () => {
    const wrong = [
      "Bearer ",
      "Bearer setup-token-for-test",
      "Bearer setup-token-for-tests-00000000000000",
      "Bearer SETUP-TOKEN-FOR-TESTS",
    ];
    const before = await countRows();
    for (const header of [
      ...wrong,
      "Basic setup-token-for-tests-0000000000000",
      "setup-token-for-tests-0000000000000",
      "",
    ]) {
      for (const sent of [body(), "no JSON"]) {
        const response = await ask(sent, { Authorization: header });
        expect(response.status, header).toBe(401);
        expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
        expect(await response.json()).toEqual({
          success: false,
          error: "Invalid setup token",
          code: "invalid_setup_token",
          request_id: expect.any(String),
        });
      }
    }
    expect((await ask(body(), {})).status).toBe(401);
    expect(await countRows()).toEqual(before);
  });

  test("The scheme is accepted in any case", async () => {
    expect((await ask({}, { authorization: "bearer setup-token-for-tests-0000000000000" })).status).toBe(400);
  });

  test("A token of fewer than 32 characters is refused, and the answer says why", async () => {
    const SETUP_TOKEN = "x".repeat(31);
    const headers = { Authorization: `Bearer ${SETUP_TOKEN}` };
    const response = await direct("/api/v1/setup", { headers, body: body() }, { SETUP_TOKEN });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: "SETUP_TOKEN must have at least 32 characters" });
  });

  test("Without the secret, the route answers like a path that does not exist", async () => {
    for (const SETUP_TOKEN of [undefined, ""]) {
      for (const method of ["POST", "GET", "PUT", "DELETE", "OPTIONS"]) {
        const [here, nowhere] = await Promise.all(
          ["/api/v1/setup", "/api/v1/nowhere"].map(async (path) => {
            const sent = method === "POST" ? { body: body() } : {};
            const response = await direct(path, { method, headers: TOKEN, ...sent }, { SETUP_TOKEN });
            const { request_id: _, ...rest } = await response.json<{ request_id: string }>();
            const headers = [...response.headers].filter(([name]) => name !== "x-request-id");
            return { status: response.status, rest, headers };
          }),
        );
        expect(here).toEqual(nowhere);
        expect(here!.status).toBe(404);
      }
    }
  });
});
