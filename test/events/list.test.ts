import Papa from "papaparse";
import { beforeAll, describe, expect, test } from "vitest";
import { call, mintTeam, type Team } from "../support/team.ts";
import { anEvent, type EventBody, list, listAll, push } from "./client.ts";

const externalIds = (events: EventBody[]) => events.map((event) => event.external_id);
const newestFirst = (a: EventBody, b: EventBody) =>
  Date.parse(String(b.occurred_at)) - Date.parse(String(a.occurred_at)) || (a.id < b.id ? 1 : -1);

describe("pages of events", () => {
  let team: Team;
  const at = (second: number) => new Date(Date.UTC(2024, 0, 15) + second * 1_000).toISOString();
  beforeAll(async () => {
    team = await mintTeam();
    // 100 events share one timestamp, the others come in groups of a few; every second one is of the other identity.
    const events = Array.from({ length: 250 }, (_, i) =>
      anEvent({
        timestamp: at(i < 100 ? 7 : i % 40),
        personIdentifier: i % 2 ? "odd" : "even",
        kind: i % 5 ? "a" : "b",
      }),
    );
    await push(team, ...events);
  });

  test.each([
    {},
    { limit: "3" },
    { limit: "7" },
    { limit: "50" },
    { limit: "200" },
    { limit: "7", to: at(20) },
    { limit: "9", from: at(5), to: at(8) },
  ])(
    "The pages for %j hold every event once, newest first",
    async (params) => {
      const read = await listAll(team, params);
      const { from, to } = { from: at(0), to: at(3_600), ...params };
      const expected = (await listAll(team)).filter(
        ({ occurred_at: time }) => Date.parse(from) <= Date.parse(`${time}`) && Date.parse(`${time}`) < Date.parse(to),
      );
      expect(new Set(externalIds(read)).size).toBe(expected.length);
      expect(read).toEqual(expected.toSorted(newestFirst));
    },
    20_000,
  );

  test("The list of one person holds the events of all their identifiers and no others", async () => {
    const odd = await listAll(team, { person: "odd", limit: "11" });
    expect(odd).toHaveLength(125);
    expect(odd).toEqual((await listAll(team)).filter((event) => event.identifier === "odd"));
    const merge = await call("/api/v1/people/odd/merge", { headers: team.asTeam, body: { person: "even" } });
    expect(merge.status).toBe(200);
    expect(await listAll(team, { person: "even", limit: "11" })).toEqual(await listAll(team));
  });

  test("A page holds 50 events where no limit is given", async () => {
    expect((await list(team)).data).toHaveLength(50);
  });

  test("The last page has no next cursor", async () => {
    expect(await list(team, { limit: "200", kind: "b" })).toMatchObject({ data: { length: 50 }, next_cursor: null });
  });

  test.each([
    ["limit", "0"],
    ["limit", "201"],
    ["limit", "1.5"],
    ["limit", "many"],
    ["cursor", "nonsense"],
    ["cursor", btoa('["name","id"]')],
    ["from", "yesterday"],
    ["to", "2024-01-15T14:30:00"],
    ["kind", ""],
    ["kind", "k".repeat(65)],
    ["person", " "],
    ["external_id", "x".repeat(257)],
  ])("The query %s=%s is refused with 400, which names the parameter", async (name, value) => {
    const response = await call(`/api/v1/events?${new URLSearchParams({ [name]: value })}`, { headers: team.asTeam });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "bad_request", issues: [{ path: name }] });
  });
});

describe("filters of events", () => {
  let team: Team;
  const commit = anEvent({ kind: "Commit", timestamp: "2024-01-15T10:00:00Z", personIdentifier: "ann@example.com" });
  const review = anEvent({ kind: "review", timestamp: "2024-01-15T11:00:00Z", personIdentifier: "ann@example.com" });
  const deploy = anEvent({ kind: "deploy", timestamp: "2024-01-15T12:00:00Z", personIdentifier: "bob" });
  beforeAll(async () => {
    team = await mintTeam();
    await push(team, commit, review, deploy);
  });

  test.each([
    ["no filter", {}, [deploy, review, commit]],
    ["from, which is inclusive", { from: "2024-01-15T11:00:00Z" }, [deploy, review]],
    ["to, which is exclusive", { to: "2024-01-15T11:00:00Z" }, [commit]],
    [
      "a window in another zone",
      { from: "2024-01-15T12:00:00+02:00", to: "2024-01-15T13:30:00+02:00" },
      [review, commit],
    ],
    ["a window that ends before it begins", { from: "2024-01-16T00:00:00Z", to: "2024-01-15T00:00:00Z" }, []],
    ["kind, without regard to case", { kind: " cOMMIT" }, [commit]],
    ["external id", { external_id: review.externalId }, [review]],
    ["the identifier of a person", { person: "bob" }, [deploy]],
    ["the e-mail of a person", { person: "Ann@Example.com" }, [review, commit]],
    [
      "all filters at once",
      { person: "bob", kind: "deploy", external_id: deploy.externalId, from: "2024-01-15T12:00:00Z" },
      [deploy],
    ],
    ["a person and the external id of another person's event", { person: "bob", external_id: review.externalId }, []],
  ])("Events are filtered by %s", async (_, params, expected) => {
    expect(externalIds((await list(team, params)).data)).toEqual(expected.map((event) => event.externalId));
  });

  test("An integration can filter by the id of a person, as the team can", async () => {
    const [newest] = (await list(team)).data;
    const response = await call(`/api/v1/events?person=${newest!.person_id}`, { headers: team.asIntegration });
    expect(await response.json()).toEqual({ data: [newest], next_cursor: null });
  });
});

describe("events as CSV", () => {
  const csv = (team: Team, params: Record<string, string> = {}) =>
    call(`/api/v1/events?${new URLSearchParams(params)}`, { headers: { ...team.asTeam, Accept: "text/csv" } });

  test("CSV has the same fields as JSON, and no cell is a formula", async () => {
    const team = await mintTeam();
    const title = '=HYPERLINK("https://evil.example","Click")\nsecond line, "quoted"';
    const details = { "=1+1": '"', list: [1, null] };
    await push(
      team,
      anEvent({ title, scope: "@SUM(A1)", kind: "+1", personIdentifier: "-2+3", externalId: "\t=1", details }),
    );
    const [event] = (await list(team)).data;
    const response = await csv(team);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const { data, errors } = Papa.parse<string[]>(await response.text(), { skipEmptyLines: true });
    expect(errors).toEqual([]);
    expect(data[0]).toEqual(Object.keys(event!));
    const row = Object.fromEntries(data[0]!.map((column, i) => [column, data[1]![i]]));
    expect(row).toEqual({
      ...event,
      title: `'${title}`,
      scope: "'@SUM(A1)",
      kind: "'+1",
      identifier: "'-2+3",
      external_id: "'=1",
      url: "",
      details: JSON.stringify(details),
    });
  });

  test("The Link header names the next page", async () => {
    const team = await mintTeam();
    await push(team, anEvent(), anEvent(), anEvent());
    const lines: string[] = [];
    let next: string | undefined = "/api/v1/events?limit=2";
    while (next) {
      const response: Response = await call(next, { headers: { ...team.asTeam, Accept: "text/csv" } });
      lines.push(...(await response.text()).trim().split("\r\n").slice(1));
      next = response.headers.get("Link")?.match(/^<https:\/\/rollcall\.test(\S+)>; rel="next"$/)?.[1];
    }
    expect(lines.map((line) => line.split(",")[0])).toEqual((await list(team)).data.map((event) => event.id));
  });

  test("A team without events gets the header row alone", async () => {
    expect(await (await csv(await mintTeam())).text()).toMatch(/^id,person_id,[a-z_,]+\r\n$/);
  });
});
