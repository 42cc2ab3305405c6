import { env } from "cloudflare:workers";
import { inspectRoutes } from "hono/dev";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import type { Accepts } from "../../src/http/metadata.ts";
import { newIntegrationKey, newTeamKey } from "../../src/lib/id.ts";
import { direct } from "../support/direct.ts";
import { expectError } from "../support/error.ts";
import { mintTeam } from "../support/team.ts";
import { MATRIX, PUBLIC, type Row } from "./matrix.ts";
import { ask, credentials, observableAnswer } from "./request.ts";
import { stored, storedWithSeeds } from "./stored_rows.ts";
import { absentNames, mintWorld, type Names, type World } from "./world.ts";

const ROWS = Object.entries(MATRIX);

test("Every route has a row or is public, and every row has a route", () => {
  const routes = inspectRoutes(app).filter(({ method, isMiddleware }) => method !== "ALL" || !isMiddleware);
  const keys = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  expect([...Object.keys(MATRIX), ...PUBLIC].sort()).toEqual([...keys].sort());
});

test.each(ROWS)("The guard of %s declares which keys it accepts", (_, { accepts }) => {
  expect(["integration", "team", "either", "setup"]).toContain(accepts);
});

type Kind = "nothing" | "integration" | "team";
/** The headers of a caller, and the refusal by routes that accept keys of this kind. */
type Situation = [name: string, kind: Kind, refusal: Refusal, shown: () => Record<string, string>];
type Refusal = { status: number; code: string; text: string };

const MISSING = { status: 401, code: "missing_api_key", text: "Missing API key" };
const INVALID = { status: 401, code: "invalid_api_key", text: "Invalid API key" };
const INACTIVE = { status: 403, code: "integration_not_active", text: "Integration not active" };
const NOT_ONBOARDED = { status: 403, code: "onboarding_incomplete", text: "Account onboarding incomplete" };
const NO_TOKEN = { status: 401, code: "invalid_setup_token", text: "Invalid setup token" };

let ours: World;
let stranger: World;
const shown: Record<string, Record<string, string>> = {};

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });
const teamKey = (id: string, key: string) => ({ "X-TEAM-ID": id, "X-API-KEY": key });

beforeAll(async () => {
  [ours, stranger] = [await mintWorld(), await mintWorld()];
  for (const change of ["removed", "rotated", "inactive"] as const) shown[change] = await integrationThatWas(change);
  const notOnboarded = await mintTeam({ onboarded: false });
  shown.notOnboarded = notOnboarded.asIntegration;
  shown.notOnboardedTeam = notOnboarded.asTeam;
  const revoked = await mintTeam();
  shown.revokedTeam = revoked.asTeam;
  expect((await direct("/api/v1/people", { headers: revoked.asTeam })).status).toBe(200);
  await env.DB.prepare("DELETE FROM api_keys WHERE team_id = ? AND integration_id IS NULL").bind(revoked.teamId).run();
  const archived = await mintTeam({ accountId: ours.accountId });
  const body = { account_id: ours.accountId, archived: true };
  const init = { method: "PATCH", headers: credentials("setup", ours)[0]!, body };
  expect((await direct(`/api/v1/teams/${archived.teamId}`, init)).status).toBe(200);
  shown.archived = archived.asIntegration;
  shown.archivedTeam = archived.asTeam;
});

/** Creates an integration whose key worked until it was removed, rotated or made inactive. */
async function integrationThatWas(change: "removed" | "rotated" | "inactive"): Promise<Record<string, string>> {
  const headers = ours.asTeam;
  const made = await direct("/api/v1/integrations", { headers, body: { name: change } });
  const { id, key } = await made.json<{ id: string; key: string }>();
  expect((await direct("/api/v1/people", { headers: bearer(key) })).status).toBe(200);
  const changes = {
    removed: ["", { method: "DELETE" }],
    rotated: ["/rotate", { method: "POST" }],
    inactive: ["", { method: "PATCH", body: { active: false } }],
  } as const;
  const [path, init] = changes[change];
  expect((await direct(`/api/v1/integrations/${id}${path}`, { headers, ...init })).ok).toBe(true);
  return bearer(key);
}

const SITUATIONS: Situation[] = [
  ["no key", "nothing", MISSING, () => ({})],
  ["our team's id alone", "nothing", MISSING, () => ({ "X-TEAM-ID": ours.teamId })],
  ["a malformed integration key", "integration", INVALID, () => bearer(ours.integrationKey.slice(0, -1))],
  ["an integration key that does not exist", "integration", INVALID, () => bearer(newIntegrationKey())],
  ["the key of a removed integration", "integration", INVALID, () => shown.removed!],
  ["an integration key that was rotated", "integration", INVALID, () => shown.rotated!],
  ["the key of an inactive integration", "integration", INACTIVE, () => shown.inactive!],
  ["an integration key of a not onboarded account", "integration", NOT_ONBOARDED, () => shown.notOnboarded!],
  ["an integration key of an archived team", "integration", INACTIVE, () => shown.archived!],
  ["the team key of an archived team", "team", INACTIVE, () => shown.archivedTeam!],
  ["a malformed team key", "team", INVALID, () => teamKey(ours.teamId, `${ours.teamKey}A`)],
  ["a team key that does not exist", "team", INVALID, () => teamKey(ours.teamId, newTeamKey())],
  ["our team key without an id", "team", INVALID, () => ({ "X-API-KEY": ours.teamKey })],
  ["our team key under another team's id", "team", INVALID, () => teamKey(stranger.teamId, ours.teamKey)],
  ["another team's key under our id", "team", INVALID, () => teamKey(ours.teamId, stranger.teamKey)],
  ["a revoked team key", "team", INVALID, () => shown.revokedTeam!],
  ["the team key of a not onboarded account", "team", NOT_ONBOARDED, () => shown.notOnboardedTeam!],
];

/** Returns the refusal by a route. A key of a kind that the route does not accept counts as missing. */
function refusalOf(accepts: Accepts, kind: Kind, refusal: Refusal): Refusal {
  if (accepts === "setup") return NO_TOKEN;
  return accepts === "either" || accepts === kind ? refusal : MISSING;
}

describe("callers without access", () => {
  let before: unknown;
  beforeAll(async () => {
    before = [await stored(ours), await stored(stranger)];
  });

  describe.each(ROWS)("%s", (route, { accepts, samples }) => {
    const wrongKind: Situation[] = [
      ["our own integration key", "integration", MISSING, () => ours.asIntegration],
      ["our own team key", "team", MISSING, () => ours.asTeam],
    ];
    const foreign = wrongKind.filter(([, kind]) => accepts !== "either" && accepts !== kind);
    const asBearer: Situation[] = [
      accepts === "integration"
        ? ["our team key as a bearer token", "integration", INVALID, () => bearer(ours.teamKey)]
        : [
            "our team key as a bearer token under another team's id",
            "team",
            INVALID,
            () => ({ ...bearer(ours.teamKey), "X-TEAM-ID": stranger.teamId }),
          ],
    ];
    const asBasic: Situation[] = [
      [
        "our team key as HTTP Basic under another team's id",
        route.startsWith("GET") ? "team" : "nothing",
        route.startsWith("GET") ? INVALID : MISSING,
        () => ({ Authorization: `Basic ${btoa(`${stranger.teamId}:${ours.teamKey}`)}` }),
      ],
    ];

    test.each([...SITUATIONS, ...foreign, ...asBearer, ...asBasic])(
      "A request with %s is refused",
      async (_, kind, refusal, headers) => {
        const { status, code, text } = refusalOf(accepts, kind, refusal);
        const response = await ask(route, samples[0]!(ours.names), { headers: headers() });
        expect(await expectError(response, status, code)).toMatchObject({ error: text });
      },
    );

    test("The refusal does not show whether a resource exists or a body is valid", async () => {
      const refused = async (names: Names, raw?: string) =>
        observableAnswer(await ask(route, samples[0]!(names), raw === undefined ? {} : { raw }));
      const answer = await refused(ours.names);
      expect(await refused(absentNames())).toBe(answer);
      if (!route.startsWith("GET")) expect(await refused(ours.names, "{")).toBe(answer);
    });
  });

  afterAll(async () => expect([await stored(ours), await stored(stranger)]).toEqual(before));
});

describe("callers with access", () => {
  let world: World;
  beforeAll(async () => {
    world = await mintWorld();
  });

  test.each(ROWS)("Every sample with an accepted key succeeds: %s", async (route, { accepts, samples, erases }) => {
    for (const sample of samples) {
      for (const nth of credentials(accepts, world).keys()) {
        if (!route.startsWith("GET")) world = await mintWorld();
        const headers = credentials(accepts, world)[nth]!;
        const response = await ask(route, sample(world.names), { headers });
        expect([101, 200, 201, 204], await observableAnswer(response)).toContain(response.status);
      }
    }
    if (erases) world = await mintWorld();
  });
});

/** Returns the names that a sample uses. */
function namesUsed(sample: Row["samples"][number]): (keyof Names)[] {
  const names = absentNames();
  // Random parts of a sample always differ.
  const text = (of: Names) => JSON.stringify(sample(of)).replaceAll(/sample-[\da-f-]{36}/g, "");
  return (Object.keys(names) as (keyof Names)[]).filter((key) => text({ ...names, [key]: "another" }) !== text(names));
}

describe.each([
  { who: "a team of another account", isSibling: false },
  { who: "another team of our account", isSibling: true },
])("$who", ({ isSibling }) => {
  const rows = ROWS.filter(([, { accepts }]) => accepts !== "setup");
  let them: World;
  let seeds: string[];
  let before: Awaited<ReturnType<typeof storedWithSeeds>>;

  const mint = () => mintWorld(isSibling ? { accountId: ours.accountId } : {});

  beforeAll(async () => {
    them = await mint();
    const { person, other, merged } = ours.names;
    seeds = [ours.teamId, person, other, merged, ...(isSibling ? [] : [ours.accountId])];
    before = await storedWithSeeds(ours, seeds);
    expect(before.tables).toEqual(
      expect.arrayContaining(["api_keys", "blocks", "events", "identities", "integrations", "members", "merges"]),
    );
  });

  test.each(rows)("A resource of ours is answered exactly like one that does not exist: %s", async (route, row) => {
    const { accepts, samples, unknown = 404 } = row;
    for (const sample of samples) {
      for (const name of namesUsed(sample).filter((used) => used !== "mark")) {
        for (const headers of credentials(accepts, them)) {
          const named = (of: Names) => ask(route, sample({ ...them.names, [name]: of[name] }), { headers });
          const [ofOurs, ofNothing] = [await named(ours.names), await named(absentNames())];
          expect(ofNothing.status, name).toBe(unknown);
          expect(await observableAnswer(ofOurs), name).toBe(await observableAnswer(ofNothing));
        }
      }
    }
  });

  test("No answer to another team contains an id or a text of ours", async () => {
    const fresh = await mint();
    for (const [route, { accepts, samples }] of rows) {
      for (const sample of samples) {
        for (const headers of credentials(accepts, fresh)) {
          const answer = await observableAnswer(await ask(route, sample(fresh.names), { headers }));
          for (const trace of [...before.ids, ours.names.mark]) expect(answer, route).not.toContain(trace);
        }
      }
    }
  });

  // Teams of one account share people: an identifier of ours means the same person there, and is allowed.
  if (!isSibling)
    test("Another account may use the identifiers that we use, and gets its own resources", async () => {
      for (const [route, { accepts, samples }] of rows) {
        for (const sample of samples.filter((one) => namesUsed(one).includes("mark"))) {
          const called = sample({ ...them.names, mark: ours.names.mark });
          const response = await ask(route, called, { headers: credentials(accepts, them)[0]! });
          const answer = await observableAnswer(response);
          expect([200, 201], answer).toContain(response.status);
          for (const id of before.ids) expect(answer, route).not.toContain(id);
        }
      }
    });

  test("The requests of another team have changed nothing of ours", async () => {
    const { rows, kept } = await storedWithSeeds(ours, seeds);
    expect(rows).toEqual(before.rows);
    // When a person is erased, the Durable Objects of all teams of the account update their `team` table.
    const own = ({ name }: { name: string }) => !isSibling || name !== "team";
    expect(kept.filter(own)).toEqual(before.kept.filter(own));
  });
});

test.each(["/api/v1/setup", "/api/v1/teams", "/api/v1/teams/x"])(
  "Without a set-up token, %s answers every method and key like an unknown path",
  async (path) => {
    const unset = { SETUP_TOKEN: undefined };
    const none = await direct("/api/v1/nothing", { body: {} }, unset);
    const nothing = await observableAnswer(none);
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      for (const headers of credentials("setup", ours)) {
        expect(await observableAnswer(await direct(path, { method, headers }, unset))).toBe(nothing);
      }
    }
  },
);
