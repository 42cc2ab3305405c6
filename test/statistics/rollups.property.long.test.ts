import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { afterEach, test, vi } from "vitest";
import { database } from "../../src/db/client.ts";
import { identityId, newId } from "../../src/lib/id.ts";
import { saveBlocks } from "../../src/presence/blocks/store.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { TIME_WINDOWS, type TimeWindow } from "../../src/statistics/window.ts";
import { MINUTE, push, ring } from "../support/presence.ts";
import { expectRollups, expectSnapshots } from "../support/statistics.ts";
import { ask, pushEvents, type Shown } from "../support/subscriptions.ts";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";

const DAY = 1_440 * MINUTE;
/**
 * A Friday. Clocks change two days later in New York, and about a month later in Madrid and Lord Howe. A quarter begins
 * in April.
 */
const START = Date.parse("2030-03-08T15:00:00Z");
/** Dan was added to the team by hand, and has no identity at first. */
const DAN = "dan@x.test";
const WHO = ["ada", "ada.l", "bob", DAN];
const ZONES = ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati"];
const STATUSES = ["online", "coding", "Lunch", "out-of-office", "offline"];
const DETAILS = [undefined, {}, { status: "done" }, { status: "open" }, { state: " Merged " }, { state: "failed" }];

/** The state of a history: the time, and the subscriptions and late blocks made so far. */
type State = { team: Team; now: number; subscriptions: string[]; blocks: string[] };
type Action = { name: string; run: (state: State) => Promise<unknown> };

const action = <T extends unknown[]>(name: string, of: fc.Arbitrary<T>, run: (state: State, ...said: T) => unknown) =>
  of.map((said): Action => ({ name: `${name} ${JSON.stringify(said)}`, run: async (state) => run(state, ...said) }));

const who = fc.constantFrom(...WHO);
const zone = fc.constantFrom(...ZONES);
const window = fc.constantFrom<TimeWindow>(...TIME_WINDOWS);
/** Milliseconds before now: mostly in the last days, in which clocks change, and sometimes months ago. */
const ago = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 * 24 * 60 }).map((minutes) => minutes * MINUTE) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 120 * 24 * 60 }).map((minutes) => minutes * MINUTE + 1_001) },
);

/** Returns the answer of a request, which must have one of these statuses: an action may be impossible at the time. */
async function answered(response: Promise<Response>, ...allowed: number[]): Promise<Response> {
  const answer = await response;
  if (!allowed.includes(answer.status)) throw new Error(`${answer.status}: ${await answer.text()}`);
  return answer;
}

const event = fc.record({
  externalId: fc.constantFrom(..."abcdefgh"),
  personIdentifier: who,
  ago,
  details: fc.constantFrom(...DETAILS),
});

/**
 * Sends events. There are few external ids, so that many events change their time, their person or their completion.
 */
const events = action("events", fc.tuple(fc.array(event, { minLength: 1, maxLength: 4 })), async (state, said) => {
  const sent = said.map(({ ago, ...one }) => ({
    ...{ ...one, timestamp: new Date(state.now - ago).toISOString() },
    ...{ kind: "task", title: "Something", scope: "test" },
  }));
  await answered(call("/api/v1/events", { headers: state.team.asIntegration, body: { events: sent } }), 200);
});

const heartbeatFields = fc.tuple(
  fc.array(fc.record({ personIdentifier: who, status: fc.constantFrom(...STATUSES) }), { minLength: 1, maxLength: 4 }),
  fc.constantFrom("desk", "chat"),
  fc.option(zone, { freq: 6, nil: undefined }),
);
const heartbeat = action("heartbeat", heartbeatFields, (state, users, source, timezone) =>
  push(
    state.team,
    users.map((user) => ({ ...user, ...(timezone && { timezone }) })),
    { source },
  ),
);

const late = fc.record({ who, ago, long: fc.integer({ min: 0, max: 50 * 60 }), status: fc.constantFrom(...STATUSES) });
/** Writes a block as the outbox does after D1 failed: a new block, or one that D1 has, with another end or status. */
const lateBlock = action("late block", fc.tuple(late, fc.nat(2)), async (state, { who, ago, long, status }, again) => {
  const known = again > 0 ? state.blocks.at(-again) : undefined;
  const id = known ?? newId();
  if (!known) state.blocks.push(id);
  const startedAt = state.now - ago;
  const seen = Math.min(startedAt + long * MINUTE, state.now);
  const row = {
    ...{ id, identityId: await identityId(state.team.accountId, who), integrationId: state.team.integrationId },
    ...{ source: "late", status, details: null, startedAt, lastSeenAt: seen },
    endedAt: long % 2 ? seen : null,
  };
  const [stored] = (await env.DB.prepare("SELECT started_at AS startedAt FROM blocks WHERE id = ?").bind(id).all())
    .results as { startedAt: number }[];
  // The start of a block never changes.
  const end = Math.max(seen, stored?.startedAt ?? 0);
  await saveBlocks(database(env.DB), state.team, [{ ...row, lastSeenAt: end, endedAt: row.endedAt && end }]);
});

const asTeam = (state: State, path: string, method: string, body: unknown) =>
  call(`/api/v1/${path}`, { headers: state.team.asTeam, method, body });

const merge = action("merge", fc.tuple(who, who), (state, into, person) =>
  answered(asTeam(state, `people/${into}/merge`, "POST", { person }), 200, 404, 409),
);
const unmerge = action("unmerge", fc.tuple(who), (state, into) =>
  answered(asTeam(state, `people/${into}/unmerge`, "POST", {}), 200, 404, 409),
);
const reclassify = action(
  "classes",
  fc.tuple(fc.constantFrom("lunch", "coding", "Out of office"), fc.constantFrom("working", "not_working", null)),
  (state, status, as) => answered(asTeam(state, "team", "PATCH", { status_classes: { [status]: as } }), 200),
);
const moveTeam = action("team zone", fc.tuple(zone), (state, time_zone) =>
  answered(asTeam(state, "team", "PATCH", { time_zone }), 200),
);
const movePerson = action("zone", fc.tuple(who, fc.option(zone)), (state, one, time_zone) =>
  answered(asTeam(state, `members/${one}`, "PATCH", { time_zone }), 200, 404),
);

/** Checks that an answer has the right numbers without a further refresh. */
async function shown(state: State, id: string): Promise<void> {
  await expectSnapshots(state.team, state.now, [id]);
}
const subscribe = action("subscribe", fc.tuple(who, window), async (state, user_id, time_window) => {
  const answer = await answered(ask(state.team, "", { body: { user_id, time_window } }), 200, 201, 404);
  if (answer.status === 404) return;
  const { notification_id: id } = (await answer.json()) as Shown;
  if (answer.status === 201) state.subscriptions.push(id);
  await shown(state, id);
});
const nth = fc.tuple(fc.nat(20));
const ofOne = (name: string, run: (state: State, id: string) => unknown) =>
  action(name, nth, (state, n) => {
    const id = state.subscriptions[n % state.subscriptions.length];
    return id === undefined ? undefined : run(state, id);
  });
const show = ofOne("show", async (state, id) => {
  if ((await answered(ask(state.team, `/${id}`), 200, 410)).status === 200) await shown(state, id);
});
const refresh = ofOne("refresh", async (state, id) => {
  const answer = await answered(ask(state.team, `/${id}/refresh`, { method: "POST" }), 200, 410);
  if (answer.status === 200) await shown(state, id);
});
const unsubscribe = ofOne("unsubscribe", (state, id) =>
  answered(ask(state.team, `/${id}`, { method: "DELETE" }), 200, 410),
);
const change = action("window", fc.tuple(fc.nat(20), window), async (state, n, time_window) => {
  const id = state.subscriptions[n % state.subscriptions.length];
  if (id === undefined) return;
  const answer = await answered(ask(state.team, `/${id}`, { method: "PUT", body: { time_window } }), 200, 409, 410);
  if (answer.status === 200) await shown(state, id);
});

const run = (state: State, pageSize: number) => recountChangedDays({ db: database(env.DB), now: state.now }, pageSize);
const cron = action("cron", fc.tuple(fc.integer({ min: 1, max: 4 })), run);
const pass = action("pass", fc.tuple(fc.constantFrom(1, 9, 10, 61, 400, 719, 1441, 4321, 14_401)), (state, minutes) => {
  state.now += minutes * MINUTE;
  vi.setSystemTime(state.now);
});
const alarm = action("alarm", fc.tuple(), (state) => ring(state.team));

const actions = fc.oneof(
  ...[events, heartbeat, pass].map((arbitrary) => ({ weight: 5, arbitrary })),
  ...[lateBlock, cron, subscribe, merge, show].map((arbitrary) => ({ weight: 3, arbitrary })),
  ...[unmerge, reclassify, moveTeam, movePerson, refresh, unsubscribe, change, alarm].map((arbitrary) => ({
    weight: 2,
    arbitrary,
  })),
);

async function begin(): Promise<State> {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  const team = await mintTeam({ timeoutMinutes: 720 });
  await pushEvents(team, [
    ["ada", "2030-03-01T04:30:00Z"],
    ["ada.l", "2030-02-28T23:30:00Z"],
    ["bob", "2029-12-31T23:00:00Z"],
  ]);
  await mintPerson(team, { name: "Dan", email: DAN });
  return { team, now: START, subscriptions: [], blocks: [] };
}

/**
 * Runs cron until the team has no marks, two days later, when the days of people without a subscription have ended too.
 */
async function settle(state: State): Promise<void> {
  // Heartbeats may be five minutes in the future.
  state.now += 2 * DAY + 10 * MINUTE;
  vi.setSystemTime(state.now);
  const stale = env.DB.prepare("SELECT count(*) AS count FROM stale_days WHERE team_id = ?").bind(state.team.teamId);
  // A history has few days, so more runs than these would mean that it never ends.
  for (let runs = 0; runs < 8; runs += 1) {
    await run(state, 3);
    if ((await stale.first<{ count: number }>())!.count === 0) break;
  }
}

/**
 * Checks everything once all marks are settled, and removes the subscriptions, so that the next history does not move
 * them.
 */
async function check(state: State): Promise<void> {
  await settle(state);
  await expectRollups(state.team);
  await expectSnapshots(state.team, state.now);
  await env.DB.prepare("UPDATE subscriptions SET status = 'removed' WHERE team_id = ?").bind(state.team.teamId).run();
}

afterEach(() => {
  vi.useRealTimers();
});

test("After any history, every roll-up and every snapshot equals a count from scratch", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(actions, { minLength: 15, maxLength: 35, size: "max" }), async (history) => {
      const state = await begin();
      for (const { name, run } of history) {
        try {
          await run(state);
        } catch (error) {
          throw new Error(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
        }
      }
      await check(state);
    }),
    // A history is about a hundred requests: shrinking a failure would take minutes.
    { numRuns: 40, endOnFailure: true },
  );
}, 120_000);
