/** Follows Status Hero's documentation as its reader would. The texts in `status_hero/` are copied from it verbatim. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TEAM } from "../demo/account.ts";
import { type Server, startServer } from "../journeys/server.ts";
import { runCurl } from "./shell.ts";
import { departures } from "./status_hero/departures.ts";
import { examplesOf, type Printed } from "./status_hero/examples.ts";

const SECTIONS = [
  ...["authentication", "pagination", "members", "reports", "statuses", "status_activities", "tags", "comments"],
  ...["reactions", "member_absences", "team_absences"],
];
const EXAMPLES = SECTIONS.flatMap(examplesOf);
const example = (title: string) => EXAMPLES.find((one) => one.title === title)!;

/** The status of each example, and of the same request sent again. All others answer 200 both times. */
const STATUSES: Record<string, [number, number]> = {
  "Add a Status Activity": [201, 201],
  "Add Member Absence": [201, 202],
  "Remove Member Absence": [204, 404],
  "Add Team Absence": [201, 202],
  "Remove Team Absence": [204, 404],
};

const EMMAS = "ccef1bea-661e-4857-8de1-1089f651ead9";
const HUGHS = "2ab4751c-c7ef-4b45-a79c-ac9822d708f6";

/**
 * The document lists, as the reaction to Emma's check-in, the id of her comment on it, and prints a reaction to the same
 * check-in under another id. The demo has a reaction under either.
 */
const BOTH_REACTIONS =
  '.reaction_ids: ["9b122169-0f78-4ff4-85b8-cb999acd61c9","b75edfc0-89a6-40d6-9ed6-c4139464eac7"] instead of ["9b122169-0f78-4ff4-85b8-cb999acd61c9"]';

/** The differences of answers where the document contradicts itself. */
const ALLOWED: Record<string, string[]> = { "Get All Statuses": [`statuses[${EMMAS}]${BOTH_REACTIONS}`] };

/** The example requests Hugh's check-in and prints Emma's: a test below checks both. */
const CONTRADICTED = "Get a Specific Status";

let server: Server;
beforeAll(async () => {
  server = await startServer({ seed: true });
});
afterAll(() => server?.stop());

/** Returns a command with the host and keys of the test, and with an id where the document has a placeholder. */
const here = ({ command, json }: Printed) =>
  `${command}\n`
    .replace("https://service.statushero.com", server.url)
    .replace("your-team-id", TEAM.id)
    .replace("your-team-api-key", TEAM.key)
    .replace("{id}", () => Object.values(json as Record<string, { id: string }>)[0]!.id);

/** In two commands of the document the backslash before the body is missing. */
const mended = (command: string) => command.replace(/"\n(?= +-d )/, '" \\\n');

async function paste(command: string) {
  const { status, body: printed } = await runCurl(command);
  const [headers, body] = printed.split("\r\n\r\n");
  if (body) expect(headers).toMatch(/^content-type: application\/json/im);
  return { status, body: body ? JSON.parse(body) : undefined };
}

/** Header names are case-insensitive. */
async function get(path: string) {
  const headers = { "X-Team-Id": TEAM.id, "x-api-key": TEAM.key };
  return (await fetch(`${server.url}/api/v1${path}`, { headers })).json() as Promise<Record<string, unknown>>;
}

describe("the document", () => {
  test("The document has 18 examples, of which eleven print an answer", () => {
    expect(EXAMPLES).toHaveLength(18);
    expect(EXAMPLES.filter(({ json }) => json)).toHaveLength(11);
  });

  test.each(EXAMPLES)(
    "The example is answered as documented when it is sent once and again: $title",
    async (printed) => {
      const answers = [await paste(mended(here(printed))), await paste(mended(here(printed)))];
      expect(answers.map(({ status }) => status)).toEqual(STATUSES[printed.title] ?? [200, 200]);
      if (!printed.json || printed.title === CONTRADICTED) return;
      for (const { body } of answers) expect(departures(printed.json, body)).toEqual(ALLOWED[printed.title] ?? []);
    },
  );

  test.each(["Add Member Absence", "Add Team Absence"])(
    "The printed command for %s sends no body and is refused",
    async (title) => {
      // The shell takes the line after the missing backslash for an unknown command.
      const { status, body } = await paste(`${here(example(title)).trimEnd()} 2>/dev/null || true`);
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { success: false, code: "bad_request", issues: [{ path: "", message: "The body is not JSON" }] },
      });
    },
  );

  test("The check-in that the example requests and the other one that it prints are both found by their ids", async () => {
    const { command, json } = example(CONTRADICTED);
    expect(command).toContain(HUGHS);
    expect(departures(json, await get(`/statuses/${EMMAS}`))).toEqual([`status${BOTH_REACTIONS}`]);
    const { statuses } = example("Get All Statuses").json as { statuses: { id: string }[] };
    const hughs = statuses.find(({ id }) => id === HUGHS);
    expect(departures({ status: hughs }, await get(`/statuses/${HUGHS}`))).toEqual([]);
  });

  test("A reaction that is listed but not printed is found", async () => {
    const id = "9b122169-0f78-4ff4-85b8-cb999acd61c9";
    const url = `${server.url}/teams/alpha-team/statuses/2018-02-05-emma-garrett`;
    expect(await get(`/reactions/${id}`)).toMatchObject({ reaction: { id, status_id: EMMAS, url } });
  });

  test("Both documented spellings of the path of status activities work", async () => {
    const { json, command } = example("Get a Specific Status Activity");
    expect(command).toContain("/statuses_activities/");
    expect(departures(json, await get("/status_activities/f5238ebd-6f24-41c8-826d-815bb514ac2d"))).toEqual([]);
  });

  test("A new status activity is answered with the activity and its URL, which the document does not print", async () => {
    const { url, ...answer } = (await paste(here(example("Add a Status Activity")))).body;
    const said = { kind: "Kanban Board", description: "Moved user story Reporting from Doing to QA" };
    expect(answer).toMatchObject({ status_activity: said });
    expect(url).toBe(answer.status_activity.url);
    expect(await get(`/status_activities/${answer.status_activity.id}`)).toEqual(answer);
  });

  test("The third page of reports, which the document requests, is empty in the demo", async () => {
    expect(await get("/reports?page=3")).toEqual({ reports: [] });
  });
});

describe("departures", () => {
  const printed = {
    one: { id: "a", n: 1, url: "https://statushero.com/x/a" },
    all: [{ id: "a" }, { id: "b" }],
    tags: ["x"],
  };

  test("Another host and additional items of a collection are not reported", () => {
    const actual = { ...printed, one: { ...printed.one, url: "http://localhost/x/a" } };
    expect(departures(printed, { ...actual, all: [{ id: "a" }, { id: "c" }, { id: "b" }] })).toEqual([]);
  });

  test.each([
    ["a value", { ...printed, one: { ...printed.one, n: "1" } }, 'one.n: "1" instead of 1'],
    ["a path", { ...printed, one: { ...printed.one, url: "https://x/x/b" } }, 'one.url: "/x/b" instead of "/x/a"'],
    ["a key", { ...printed, one: { ...printed.one, m: 1 } }, "one: has the keys id,n,url,m instead of id,n,url"],
    ["a key that is missing", { one: 1, all: 2 }, ": has the keys one,all instead of one,all,tags"],
    ["an object", { ...printed, one: null }, `one: null instead of ${JSON.stringify(printed.one)}`],
    ["an order", { ...printed, all: [{ id: "b" }, { id: "a" }] }, "all: is in another order"],
    ["an entry", { ...printed, all: [{ id: "a" }] }, 'all[b]: undefined instead of {"id":"b"}'],
    ["an additional text", { ...printed, tags: ["x", "y"] }, 'tags: ["x","y"] instead of ["x"]'],
  ])("A difference from the printed answer is reported: %s", (_what, actual, departure) => {
    expect(departures(printed, actual)).toContain(departure);
  });
});
