import { describe, expect, test } from "vitest";
import { rows } from "../support/database.ts";
import { reportPeople } from "../support/people.ts";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";

type Person = { id: string; name: string; identities: { identifier: string }[] } & Record<string, unknown>;
type List = { data: Person[]; next_cursor: string | null };

async function list(team: Team, search = ""): Promise<List> {
  const response = await call(`/api/v1/people${search}`, { headers: team.asTeam });
  expect(response.status).toBe(200);
  return response.json();
}

/** The status and body of a refused request, without the id of the request. */
async function refusal(response: Response) {
  const { request_id, ...body } = (await response.json()) as Record<string, unknown>;
  expect(request_id).toEqual(expect.any(String));
  return { status: response.status, body };
}

describe("GET /people", () => {
  test("The team's people are listed with all their fields", async () => {
    const team = await mintTeam({ timeZone: "Europe/Madrid" });
    await reportPeople(team, {
      identifier: "john.doe",
      name: "John Doe",
      email: "john@x.test",
      timeZone: "America/New_York",
    });
    const emma = await mintPerson(team, { name: "Emma Garrett" });
    const { data, next_cursor } = await list(team);
    expect(next_cursor).toBeNull();
    expect(data).toEqual([
      {
        id: emma,
        name: "Emma Garrett",
        slug: expect.any(String),
        email: null,
        time_zone: "Europe/Madrid",
        location: null,
        avatar_url: null,
        administrator: false,
        role: "active",
        manager: false,
        username: emma,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/),
      },
      {
        id: expect.stringMatching(/^usr_\w{16}$/),
        name: "John Doe",
        slug: "john-doe",
        email: "john@x.test",
        time_zone: "America/New_York",
        location: null,
        avatar_url: null,
        administrator: false,
        role: "observer",
        manager: false,
        username: "john-doe",
        created_at: expect.any(String),
      },
    ]);
  });

  test("An integration key gets the same list as the team key", async () => {
    const team = await mintTeam();
    await mintPerson(team, { name: "Emma" });
    const response = await call("/api/v1/people", { headers: team.asIntegration });
    expect(await response.json()).toEqual(await list(team));
  });

  test("People of another team are not listed, even of the same account", async () => {
    const team = await mintTeam();
    const second = await mintTeam({ accountId: team.accountId });
    await mintPerson(second, { name: "Elsewhere" });
    await mintPerson(await mintTeam(), { name: "Stranger" });
    expect(await list(team)).toEqual({ data: [], next_cursor: null });
  });

  test("Pages of 230 people are ordered by name, ignoring case, and contain each person once", async () => {
    const team = await mintTeam();
    const first = ["Émile", "emma", "Zoë", "Åsa", "Ömer", "Adam", "ÉMILE", "山田", "Ирина", "dave"];
    const names = Array.from({ length: 230 }, (_, n) => `${first[n % 10]} ${String(n).padStart(3, "0")}`);
    await reportPeople(team, ...names.map((name, n) => ({ identifier: `person-${n}`, name })));
    const paged: Person[] = [];
    let pages = 0;
    for (let search: string | null = "?limit=60"; search; pages++) {
      const { data, next_cursor }: List = await list(team, search);
      paged.push(...data);
      expect(paged.length).toBeLessThanOrEqual(names.length);
      search = next_cursor && `?limit=60&cursor=${next_cursor}`;
    }
    expect(pages).toBe(4);
    expect(new Set(paged.map(({ name }) => name))).toEqual(new Set(names));
    expect(paged.map(({ name }) => name.slice(0, -4).toLowerCase())).toEqual(
      ["adam", "åsa", "dave", "émile", "emma", "ömer", "zoë", "ирина", "山田"].flatMap((name) =>
        Array.from({ length: name === "émile" ? 46 : 23 }, () => name),
      ),
    );
    expect((await list(team, "?limit=200")).data).toEqual(paged.slice(0, 200));
    expect((await list(team)).data).toEqual(paged.slice(0, 50));
  });

  test("A search finds people by part of a name, e-mail or identifier, in pages", async () => {
    const team = await mintTeam();
    const long = "a-name-of-more-than-fifty-bytes-which-no-pattern-of-like-may-have";
    await reportPeople(
      team,
      { identifier: "irene.shaw", name: "Irene Shaw", email: "irene@x.test" },
      { identifier: "emp_1", name: "Émile", email: "e@x.test" },
      { identifier: "emp_2", email: "e@x.test" },
      { identifier: long, name: "Long" },
    );
    const found = async (q: string) => (await list(team, `?q=${encodeURIComponent(q)}`)).data.map(({ name }) => name);
    expect(await found("irene sh")).toEqual(["Irene Shaw"]);
    expect(await found("émile")).toEqual(["Émile"]);
    expect(await found("EMP_2")).toEqual(["Émile"]);
    expect(await found("@x")).toEqual(["Émile", "Irene Shaw"]);
    expect(await found(long)).toEqual(["Long"]);
    expect(await found("%")).toEqual([]);
    expect(await found("")).toHaveLength(3);
    const page = await list(team, "?q=@x&limit=1");
    expect(page.data).toMatchObject([{ name: "Émile" }]);
    expect(await list(team, `?q=@x&limit=1&cursor=${page.next_cursor}`)).toMatchObject({
      data: [{ name: "Irene Shaw" }],
      next_cursor: null,
    });
  });

  test.for([
    ["limit", "?limit=0"],
    ["limit", "?limit=201"],
    ["limit", "?limit=ten"],
    ["cursor", "?cursor=nonsense"],
    ["cursor", `?cursor=${btoa('[1,"usr_1"]').replaceAll("=", "")}`],
    ["q", `?q=${"x".repeat(321)}`],
  ])("The answer 400 names %s for %s", async ([path, search]) => {
    const response = await call(`/api/v1/people${search}`, { headers: (await mintTeam()).asTeam });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "bad_request", issues: [{ path }] });
  });
});

describe("GET /people/{id}", () => {
  test("The person is shown with their identities, the first seen first", async () => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "b", name: "Emma", email: "emma@x.test" });
    await reportPeople(team, { identifier: "a", email: "emma@x.test" });
    await rows("UPDATE identities SET created_at = 1000 WHERE account_id = ? AND identifier = 'b'", team.accountId);
    const [emma] = (await list(team)).data;
    const response = await call(`/api/v1/people/${emma!.id}`, { headers: team.asIntegration });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ...emma,
      identities: [
        { id: expect.any(String), identifier: "b", created_at: "1970-01-01T00:00:01Z" },
        { id: expect.any(String), identifier: "a", created_at: expect.any(String) },
      ],
      merges: [],
    });
  });

  test.for(["Emma@X.test", "emma-garrett", "a b/ü?#%"])("The reference %j finds the person", async (reference) => {
    const team = await mintTeam();
    await reportPeople(team, { identifier: "a b/ü?#%", name: "Emma Garrett", email: "emma@x.test" });
    const response = await call(`/api/v1/people/${encodeURIComponent(reference)}`, { headers: team.asTeam });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ name: "Emma Garrett" });
  });

  test("People of another team or account are not found", async () => {
    const team = await mintTeam();
    const colleague = await mintPerson(await mintTeam({ accountId: team.accountId }), { name: "Colleague" });
    const stranger = await mintPerson(await mintTeam(), { name: "Stranger", email: "stranger@x.test" });
    const asked = [colleague, stranger, "stranger@x.test", "usr_nobody", "%00", "%ED%A0%80", "%", "x".repeat(9_000)];
    for (const reference of asked) {
      const response = await call(`/api/v1/people/${reference}`, { headers: team.asTeam });
      expect(await refusal(response)).toEqual({
        status: 404,
        body: { success: false, error: "Not found", code: "not_found" },
      });
    }
  });
});
