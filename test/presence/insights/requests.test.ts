import { describe, expect, test } from "vitest";
import { at, clock, MINUTE, presence, push, read, START, stopTheClock } from "../../support/presence.ts";
import { call, mintStrangers, mintTeam, type Team } from "../../support/team.ts";

stopTheClock();

/** The statuses reported on two Mondays in January 2030: time in UTC, person, status. No zone changes its clocks in between. */
const REPORTED: [string, Record<string, string>][] = [
  // Ada in Madrid (+01:00): 10:00-18:00, with an hour of lunch. Dee in Auckland (+13:00): 22:00 until 01:00 on Tuesday.
  ["2030-01-07T09:00", { ada: "online", dee: "online" }],
  // Cy in Kolkata (+05:30): 15:00-17:30.
  ["2030-01-07T09:30", { cy: "busy" }],
  ["2030-01-07T12:00", { cy: "offline", dee: "offline" }],
  ["2030-01-07T12:30", { ada: "lunch" }],
  ["2030-01-07T13:30", { ada: "coding" }],
  // Bob in New York (-05:00): 09:00-17:15.
  ["2030-01-07T14:00", { bob: "online" }],
  ["2030-01-07T17:00", { ada: "offline" }],
  ["2030-01-07T22:15", { bob: "offline" }],
  // A week later Ada works 11:00-17:01.
  ["2030-01-14T10:00", { ada: "online" }],
  ["2030-01-14T16:01", { ada: "offline" }],
];
const ZONES: Record<string, string> = {
  ...{ ada: "Europe/Madrid", bob: "America/New_York", cy: "Asia/Kolkata", dee: "Pacific/Auckland" },
};

/** A team that reported these statuses, and the ids of its people. */
async function twoMondays(): Promise<{ team: Team; ids: Record<string, string> }> {
  const team = await mintTeam({ timeoutMinutes: 720 });
  for (const [time, statuses] of REPORTED) {
    clock((Date.parse(`${time}:00Z`) - START) / MINUTE);
    const users = Object.entries(statuses).map(([who, status]) => ({
      personIdentifier: who,
      status,
      timezone: ZONES[who],
    }));
    await push(team, users);
  }
  const people = Object.values(await presence(team));
  return { team, ids: Object.fromEntries(people.map(({ name, person_id }) => [name, person_id])) };
}

type Overlap = {
  data: { started_at: string; ended_at: string; person_ids: string[] }[];
  pairs: { person_ids: string[]; hours: number }[];
  pairs_left_out?: true;
  next_cursor: string | null;
};

const overlap = (team: Team, params: Record<string, string>) =>
  read<Overlap>(team, `/overlap?${new URLSearchParams(params)}`);

describe("GET /overlap", () => {
  test("Overlap lists who worked together when, and the hours of each pair", async () => {
    const { team, ids } = await twoMondays();
    const people = (...names: string[]) => names.map((name) => ids[name]!).sort();
    expect(await overlap(team, { from: "2030-01-07T00:00:00Z", to: "2030-01-15T00:00:00Z" })).toEqual({
      data: [
        { started_at: "2030-01-07T09:00:00Z", ended_at: "2030-01-07T09:30:00Z", person_ids: people("ada", "dee") },
        {
          started_at: "2030-01-07T09:30:00Z",
          ended_at: "2030-01-07T12:00:00Z",
          person_ids: people("ada", "cy", "dee"),
        },
        { started_at: "2030-01-07T14:00:00Z", ended_at: "2030-01-07T17:00:00Z", person_ids: people("ada", "bob") },
      ],
      // The longest first, ties by the ids.
      pairs: [
        ...[people("ada", "bob"), people("ada", "dee")].sort().map((person_ids) => ({ person_ids, hours: 3 })),
        ...[people("ada", "cy"), people("cy", "dee")].sort().map((person_ids) => ({ person_ids, hours: 2.5 })),
      ],
      next_cursor: null,
    });
  });

  test("Overlap counts only time within the window, whose ends may be in any time zone", async () => {
    const { team, ids } = await twoMondays();
    const { data, pairs } = await overlap(team, { from: "2030-01-07T12:50:00+01:00", to: "2030-01-07T09:10:30-05:00" });
    expect(data.map(({ started_at, ended_at }) => [started_at, ended_at])).toEqual([
      ["2030-01-07T11:50:00Z", "2030-01-07T12:00:00Z"],
      ["2030-01-07T14:00:00Z", "2030-01-07T14:10:30Z"],
    ]);
    expect(Object.fromEntries(pairs.map(({ person_ids, hours }) => [person_ids.join(), hours]))).toEqual({
      [[ids.ada, ids.bob].sort().join()]: 0.18,
      [[ids.ada, ids.cy].sort().join()]: 0.17,
      [[ids.ada, ids.dee].sort().join()]: 0.17,
      [[ids.cy, ids.dee].sort().join()]: 0.17,
    });
  });

  test("Overlap comes in pages of intervals, and the first page has the longest pairs, as many as its limit", async () => {
    const { team } = await twoMondays();
    const window = { from: "2030-01-07T00:00:00Z", to: "2030-01-15T00:00:00Z" };
    const whole = await overlap(team, window);
    const data: Overlap["data"] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const part: Overlap = await overlap(team, { ...window, limit: "1", ...(cursor && { cursor }) });
      expect(part.pairs).toEqual(cursor ? undefined : whole.pairs.slice(0, 1));
      expect(part.pairs_left_out).toBe(cursor ? undefined : true);
      expect(part.data).toHaveLength(1);
      data.push(...part.data);
      cursor = part.next_cursor;
    }
    expect(data).toEqual(whole.data);
  });

  test("Overlap of named people has nothing of others", async () => {
    const { team, ids } = await twoMondays();
    const window = { from: "2030-01-07T00:00:00Z", to: "2030-01-15T00:00:00Z" };
    const person_ids = [ids.ada, ids.dee].sort();
    expect(await overlap(team, { ...window, people: "dee,ada" })).toEqual({
      data: [{ started_at: "2030-01-07T09:00:00Z", ended_at: "2030-01-07T12:00:00Z", person_ids }],
      pairs: [{ person_ids, hours: 3 }],
      next_cursor: null,
    });
    const unknown = await call(`/api/v1/overlap?${new URLSearchParams({ ...window, people: "ada,zoe" })}`, {
      headers: team.asTeam,
    });
    expect(unknown.status).toBe(404);
  });

  test("Open blocks count up to their newest heartbeat, even before D1 has it", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", bob: "meeting" });
    clock(6);
    await push(team, { ada: "online", bob: "meeting" });
    clock(8);
    await push(team, { ada: "online" });
    const { data, pairs } = await overlap(team, { from: at(0), to: at(60) });
    expect(data).toMatchObject([{ started_at: at(0), ended_at: at(6) }]);
    expect(pairs).toMatchObject([{ hours: 0.1 }]);
  });

  test("All identities of a person are one person, and no time is counted twice", async () => {
    const team = await mintTeam();
    await push(team, { ada: "online", lovelace: "online", bob: "online" });
    clock(6);
    await push(team, { ada: "offline", lovelace: "offline", bob: "offline" });
    const merge = await call("/api/v1/people/ada/merge", { headers: team.asTeam, body: { person: "lovelace" } });
    expect(merge.status).toBe(200);
    expect((await overlap(team, { from: at(0), to: at(60) })).pairs).toMatchObject([{ hours: 0.1 }]);
  });

  test("Overlap has nothing of other teams, of the same account or another one", async () => {
    const team = await mintTeam();
    const strangers = await mintStrangers(team);
    for (const minutes of [0, 5]) {
      clock(minutes);
      await push(team, { ada: "online" });
      for (const stranger of strangers) await push(stranger, { bob: "online" });
    }
    expect(await overlap(team, { from: at(0), to: at(60) })).toEqual({ data: [], pairs: [], next_cursor: null });
  });

  test.each([
    [{}, "from"],
    [{ from: at(0) }, "to"],
    [{ from: at(0), to: at(0) }, "to"],
    [{ from: at(0), to: at(31 * 24 * 60 + 1) }, "to"],
    [{ from: at(0), to: at(1), cursor: "x" }, "cursor"],
    [{ from: at(0), to: at(1), people: "ada,,bob" }, "people"],
    [{ from: at(0), to: at(1), people: Array(21).fill("ada").join() }, "people"],
  ] as [Record<string, string>, string][])(
    "The query %j is refused with 400, which names the parameter",
    async (params, path) => {
      const { asTeam } = await mintTeam();
      const response = await call(`/api/v1/overlap?${new URLSearchParams(params)}`, { headers: asTeam });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { issues: unknown[] }).issues).toContainEqual({
        path,
        message: expect.any(String),
      });
    },
  );
});

type Patterns = {
  data: { person_id: string; name: string; time_zone: string; weekdays: unknown[] }[];
  next_cursor: string | null;
};

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const day = (weekday: number, days: number, first: string, last: string) => ({
  ...{ weekday, days, first_minute: minutes(first), last_minute: minutes(last) },
});

describe("GET /patterns", () => {
  test("Patterns are everyone's usual hours in their own time zone", async () => {
    const { team, ids } = await twoMondays();
    expect(await read<Patterns>(team, "/patterns?weeks=2")).toEqual({
      data: [
        { person_id: ids.ada, name: "ada", time_zone: "Europe/Madrid", weekdays: [day(1, 2, "10:30", "17:30")] },
        { person_id: ids.bob, name: "bob", time_zone: "America/New_York", weekdays: [day(1, 1, "09:00", "17:15")] },
        { person_id: ids.cy, name: "cy", time_zone: "Asia/Kolkata", weekdays: [day(1, 1, "15:00", "17:30")] },
        {
          ...{ person_id: ids.dee, name: "dee", time_zone: "Pacific/Auckland" },
          weekdays: [day(1, 1, "22:00", "24:00"), day(2, 1, "00:00", "01:00")],
        },
      ],
      next_cursor: null,
    });
  });

  test("Patterns come in pages of people by name", async () => {
    const { team } = await twoMondays();
    const { data: whole } = await read<Patterns>(team, "/patterns?weeks=2");
    const data: Patterns["data"] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: string = `weeks=2&limit=1${cursor && `&cursor=${cursor}`}`;
      const part: Patterns = await read<Patterns>(team, `/patterns?${query}`);
      expect(part.data.length).toBeLessThanOrEqual(1);
      data.push(...part.data);
      cursor = part.next_cursor;
    }
    expect(data).toEqual(whole);
    // Bob is the only person of his page, and did not work in the last week.
    const second = (await read<Patterns>(team, "/patterns?weeks=1&limit=1")).next_cursor;
    expect(await read<Patterns>(team, `/patterns?weeks=1&limit=1&cursor=${second}`)).toEqual({
      data: [],
      next_cursor: expect.any(String),
    });
  });

  test("Patterns cover the given number of weeks, four by default, and one person where one is given", async () => {
    const { team } = await twoMondays();
    const ada = async (query: string) => (await read<Patterns>(team, `/patterns?${query}`)).data;
    expect(await ada("weeks=1")).toMatchObject([{ name: "ada", weekdays: [day(1, 1, "11:00", "17:01")] }]);
    expect(await ada("person=ada")).toMatchObject([{ name: "ada", weekdays: [day(1, 2, "10:30", "17:30")] }]);
    expect(await ada("person=bob&weeks=1")).toEqual([]);
  });

  test("The first day is counted from its beginning", async () => {
    const team = await mintTeam();
    const moveTo = (time: string) => clock((Date.parse(time) - START) / MINUTE);
    moveTo("2030-01-08T00:00:00Z");
    await push(team, { ada: "online" });
    moveTo("2030-01-08T00:09:00Z");
    await push(team, { ada: "offline" });
    moveTo("2030-01-14T23:59:59Z");
    expect((await read<Patterns>(team, "/patterns?weeks=1")).data).toMatchObject([
      { weekdays: [day(2, 1, "00:00", "00:09")] },
    ]);
    moveTo("2030-01-15T00:00:00Z");
    expect((await read<Patterns>(team, "/patterns?weeks=1")).data).toEqual([]);
  });

  test("A person without a time zone has the team's", async () => {
    const team = await mintTeam({ timeZone: "Asia/Kolkata" });
    await push(team, { ada: "online" });
    clock(5);
    await push(team, { ada: "online" });
    expect((await read<Patterns>(team, "/patterns")).data).toMatchObject([
      { time_zone: "Asia/Kolkata", weekdays: [day(1, 1, "14:30", "14:35")] },
    ]);
  });

  test.each([
    ["weeks=0", 400],
    ["weeks=27", 400],
    ["weeks=1.5", 400],
    ["weeks=many", 400],
    ["person=nobody", 404],
  ])("The query %s is refused with %i", async (query, status) => {
    const { asTeam } = await mintTeam();
    expect((await call(`/api/v1/patterns?${query}`, { headers: asTeam })).status).toBe(status);
  });
});
