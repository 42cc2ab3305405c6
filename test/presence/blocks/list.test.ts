import { describe, expect, test } from "vitest";
import { at, type BlockBody, blocks, clock, page, presence, push, ring, stopTheClock } from "../../support/presence.ts";
import { call, mintTeam, type Team } from "../../support/team.ts";
import { insertPastBlocks } from "../history.ts";

stopTheClock();

const DAY = 24 * 60;

const ask = (team: Team, params: Record<string, string>, headers: Record<string, string> = {}) =>
  call(`/api/v1/blocks?${new URLSearchParams(params)}`, { headers: { ...team.asTeam, ...headers } });

const summaries = (list: BlockBody[]) =>
  list.map(({ identifier, status, started_at, ended_at }) => `${identifier} ${status} ${started_at} ${ended_at}`);

/** A team with Ada, who has a name and an e-mail, and Bob. */
async function withPeople() {
  const team = await mintTeam();
  await push(team, [
    { personIdentifier: "ada", status: "offline", name: "Ada Lovelace", email: "ada@x.test" },
    { personIdentifier: "bob", status: "offline" },
  ]);
  const { "Ada Lovelace": ada } = await presence(team);
  return { team, ada: ada!.person_id };
}

describe("GET /blocks", () => {
  test("Blocks are listed with all their fields, the newest first", async () => {
    const { team, ada } = await withPeople();
    await push(team, [{ personIdentifier: "ada", status: "Coding ", details: { repo: "rollcall" } }], {
      source: "editor",
    });
    clock(5);
    await push(team, { ada: "Lunch" }, { source: "editor" });
    const { data, next_cursor } = await page(team);
    expect(next_cursor).toBeNull();
    const common = { person_id: ada, identifier: "ada", integration_id: team.integrationId, source: "editor" };
    const times = { started_at: at(5), ended_at: null, last_seen_at: at(5) };
    expect(data).toEqual([
      { id: expect.any(String), ...common, status: "Lunch", working: false, ...times, details: null },
      {
        ...{ id: expect.any(String), ...common, status: "Coding ", working: true },
        ...{ started_at: at(0), ended_at: at(5), last_seen_at: at(0), details: { repo: "rollcall" } },
      },
    ]);
  });

  test("An open block has its newest heartbeat, even before D1 has it", async () => {
    const { team } = await withPeople();
    await push(team, { ada: "online" });
    await ring(team);
    clock(7);
    await push(team, { ada: "online" });
    expect(await blocks(team)).toMatchObject([{ ended_at: null, last_seen_at: at(7) }]);
  });

  test("Blocks of other teams are not listed, even of the same account", async () => {
    const { team } = await withPeople();
    const sibling = await mintTeam({ accountId: team.accountId });
    await push(team, { ada: "online" });
    await push(sibling, { ada: "busy", eve: "online" });
    expect((await blocks(team)).map(({ status }) => status)).toEqual(["online"]);
    expect((await blocks(sibling)).map(({ status }) => status).sort()).toEqual(["busy", "online"]);
    expect((await blocks(team, { person: "ada" })).map(({ status }) => status)).toEqual(["online"]);
    expect(await blocks(await mintTeam())).toEqual([]);
    expect((await ask(team, { person: "eve" })).status).toBe(404);
  });

  test("An integration gets the same answer as the team", async () => {
    const { team } = await withPeople();
    await push(team, { ada: "online" });
    const response = await call("/api/v1/blocks", { headers: team.asIntegration });
    expect(await response.json()).toEqual(await page(team));
  });
});

describe("GET /blocks of one person", () => {
  test("A person is found by any id, e-mail, slug or identifier", async () => {
    const { team, ada } = await withPeople();
    await push(team, { ada: "online", bob: "online" });
    for (const person of [ada, "ada@x.test", "ADA@x.test", "ada-lovelace", "ada"]) {
      expect((await blocks(team, { person })).map(({ identifier }) => identifier)).toEqual(["ada"]);
    }
  });

  test("The list of a person has the blocks of all their identities, in one order", async () => {
    const { team, ada } = await withPeople();
    const merged = await call("/api/v1/people/ada/merge", { headers: team.asTeam, body: { person: "bob" } });
    expect(merged.status).toBe(200);
    await insertPastBlocks(
      team,
      [5, 1, 4, 2, 3].map((from) => ({ who: from % 2 ? "ada" : "bob", from, to: from + 1 })),
    );
    for (const limit of ["1", "2", "50"]) {
      const list = await blocks(team, { person: "ada", limit });
      expect(list.map(({ identifier }) => identifier).join()).toBe("ada,bob,ada,bob,ada");
      expect(list.map(({ started_at }) => started_at)).toEqual([5, 4, 3, 2, 1].map(at));
      expect(new Set(list.map(({ person_id }) => person_id))).toEqual(new Set([ada]));
    }
  });

  test("An unknown person and a person of another account give the same 404", async () => {
    const { team } = await withPeople();
    const other = await withPeople();
    const answers = await Promise.all(
      ["nobody", other.ada].map(async (person) => {
        const response = await ask(team, { person });
        const { request_id, ...body } = (await response.json()) as Record<string, unknown>;
        return [response.status, body];
      }),
    );
    expect(answers[0]).toEqual([404, { success: false, error: "Not found", code: "not_found" }]);
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe("GET /blocks of a status or source", () => {
  test("Statuses are compared trimmed and case-folded, sources exactly", async () => {
    const { team } = await withPeople();
    await insertPastBlocks(team, [
      { who: "ada", from: 1, to: 2, status: " In Call", source: "Phone" },
      { who: "bob", from: 2, to: 3, status: "in call", source: "phone" },
      { who: "ada", from: 3, to: 4, status: "in-call", source: "phone" },
    ]);
    const starts = async (params: Record<string, string>) =>
      (await blocks(team, params)).map(({ started_at }) => started_at);
    expect(await starts({ status: "IN CALL" })).toEqual([at(2), at(1)]);
    expect(await starts({ source: "phone" })).toEqual([at(3), at(2)]);
    expect(await starts({ status: "in call", source: "phone" })).toEqual([at(2)]);
    expect(await starts({ status: "in call", person: "ada", from: at(0), to: at(9) })).toEqual([at(1)]);
    expect(await starts({ status: "%" })).toEqual([]);
  });
});

describe("pages of GET /blocks", () => {
  test.each(["1", "7", "50", "200"])(
    "Pages of %s list every block once, newest first, even if many began at the same time",
    async (limit) => {
      const { team } = await withPeople();
      const past = Array.from({ length: 120 }, (_, n) => ({
        who: n % 3 ? "ada" : "bob",
        from: Math.floor(n / 50),
        to: 9,
      }));
      const ids = await insertPastBlocks(team, limit === "1" ? past.slice(0, 12) : past);
      const expected = (keep: (n: number) => boolean) =>
        ids
          .map((id, n) => ({ id, n, from: past[n]!.from }))
          .filter(({ n }) => keep(n))
          .sort((a, b) => b.from - a.from || (a.id < b.id ? 1 : -1))
          .map(({ id }) => id);
      const listed = async (params: Record<string, string>) =>
        (await blocks(team, { ...params, limit })).map(({ id }) => id);
      expect(await listed({})).toEqual(expected(() => true));
      expect(await listed({ person: "ada", from: at(1), to: at(99) })).toEqual(expected((n) => n % 3 > 0));
      // Long blocks are found by another index, and are listed in the same order.
      const [long] = await insertPastBlocks(team, [{ who: "ada", from: -3 * DAY, to: 5 }]);
      expect(await listed({ from: at(0) })).toEqual([...expected(() => true), long]);
    },
  );

  test("The next page continues after the previous one, even if a block began in between", async () => {
    const { team } = await withPeople();
    const ids = await insertPastBlocks(
      team,
      [1, 2, 3, 4].map((from) => ({ who: "ada", from, to: from })),
    );
    const first = await page(team, { limit: "2" });
    await insertPastBlocks(team, [{ who: "bob", from: 9, to: 9 }]);
    const second = await page(team, { limit: "2", cursor: first.next_cursor! });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids.reverse());
    expect(second.next_cursor).toBeNull();
  });
});

describe("GET /blocks as CSV", () => {
  test("CSV has the same fields as JSON, and no cell is a formula", async () => {
    const { team, ada } = await withPeople();
    await push(team, [{ personIdentifier: "ada", status: '=HYPERLINK("http://evil")', details: { a: 1 } }], {
      source: "@sum",
    });
    clock(1);
    await push(team, { ada: "offline" }, { source: "@sum" });
    const response = await ask(team, {}, { Accept: "text/csv" });
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const [{ id }] = (await blocks(team)) as [BlockBody];
    expect(await response.text()).toBe(
      [
        "id,person_id,identifier,integration_id,source,status,working,started_at,ended_at,last_seen_at,details",
        `${id},${ada},ada,${team.integrationId},"'@sum","'=HYPERLINK(""http://evil"")",true,${at(0)},${at(1)},${at(0)},"{""a"":1}"`,
        "",
      ].join("\r\n"),
    );
  });

  test("The Link header names the next page", async () => {
    const { team } = await withPeople();
    await insertPastBlocks(
      team,
      [1, 2, 3].map((from) => ({ who: "ada", from, to: from })),
    );
    let url: string | undefined = "/api/v1/blocks?limit=2&person=ada";
    const lines: string[] = [];
    while (url) {
      const response: Response = await call(url, { headers: { ...team.asTeam, Accept: "text/csv" } });
      lines.push(...(await response.text()).trim().split("\r\n").slice(1));
      url = response.headers.get("Link")?.match(/^<https:\/\/rollcall\.test(.*)>; rel="next"$/)?.[1];
    }
    expect(lines.map((line) => line.split(",")[7])).toEqual([at(3), at(2), at(1)]);
  });
});

describe("GET /blocks with invalid or impossible queries", () => {
  const cursor = (position: string) => btoa(position).replaceAll("=", "");
  test.each([
    [{ limit: "0" }, "limit"],
    [{ limit: "201" }, "limit"],
    [{ limit: "ten" }, "limit"],
    [{ from: "yesterday" }, "from"],
    [{ to: "2030-01-07" }, "to"],
    [{ person: "" }, "person"],
    [{ status: " " }, "status"],
    [{ status: "x".repeat(65) }, "status"],
    [{ cursor: "x" }, "cursor"],
    [{ cursor: cursor("[1]") }, "cursor"],
    [{ cursor: cursor('{"at":1}') }, "cursor"],
    [{ cursor: cursor('["name","x"]') }, "cursor"],
    [{ cursor: cursor('[1e999,"x"]') }, "cursor"],
  ] as [Record<string, string>, string][])(
    "The query %j is refused with 400, which names the parameter",
    async (params, path) => {
      const { team } = await withPeople();
      const response = await ask(team, params);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "bad_request", issues: [{ path }] });
    },
  );

  test("A window that ends before it begins, or an impossible status, lists nothing", async () => {
    const { team } = await withPeople();
    await push(team, { ada: "online" });
    expect(await blocks(team, { from: at(9), to: at(-9) })).toEqual([]);
    expect(summaries(await blocks(team, { status: "\u0000" + "online" }))).toEqual([]);
  });
});
