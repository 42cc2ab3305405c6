import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type Database, database } from "../../src/db/client.ts";
import { refreshSubscriptions } from "../../src/statistics/job.ts";
import { refreshPerson } from "../../src/statistics/snapshot_store.ts";
import { clock, push, stopTheClock } from "../presence/client.ts";
import { metered } from "../presence/meter.ts";
import { expectRollups, expectSnapshots } from "../support/statistics.ts";
import { ask, json, pushEvents, refresh, show, subscribe } from "../support/subscriptions.ts";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";

/** Tests begin on Monday, 7 January 2030, at 09:00 UTC. */
stopTheClock();

const asTeam = (team: Team, path: string, method: string, body: unknown) =>
  json(call(`/api/v1/${path}`, { headers: team.asTeam, method, body }));
const merge = (team: Team, into: string, person: string) => asTeam(team, `people/${into}/merge`, "POST", { person });

/** The database for one step, in which `act` happens after all that the step reads and before what it writes. */
function overtaken(act: () => Promise<unknown>): Database {
  let isFirst = true;
  const client = new Proxy(env.DB, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (name !== "batch") return typeof member === "function" ? member.bind(target) : member;
      return async (statements: D1PreparedStatement[]) => {
        if (isFirst) {
          isFirst = false;
          await act();
        }
        return target.batch(statements);
      };
    },
  });
  return database(client);
}

/** Once cron has run, when the days of everybody are over, everything must be as counted from nothing. */
async function expectSettled(team: Team): Promise<void> {
  clock(3 * 24 * 60);
  await refreshSubscriptions(database(env.DB), Date.now());
  await expectRollups(team);
  await expectSnapshots(team, Date.now());
}

/** Ada with a subscription, and days that are still to be counted. */
async function stale() {
  const team = await mintTeam();
  await pushEvents(team, [["ada", "2030-01-07T08:00:00Z"]]);
  const { notification_id: id, user_id: personId } = await subscribe(team, "ada", "daily");
  await pushEvents(team, [["ada", "2030-01-07T08:10:00Z"]]);
  return { team, id, personId };
}

const again = ({ team, personId }: { team: Team; personId: string }) =>
  refreshPerson(database(env.DB), team, personId, Date.now());

type Ada = Awaited<ReturnType<typeof stale>>;
const overtakers: Record<string, (ada: Ada) => Promise<unknown>> = {
  "an event comes in": ({ team }) => pushEvents(team, [["ada", "2030-01-07T08:20:00Z"]]),
  "somebody else settles them": again,
  "an event comes in, and somebody else settles it": async (ada) => {
    await pushEvents(ada.team, [["ada", "2030-01-07T08:20:00Z"]]);
    await again(ada);
  },
  "somebody else settles them, and an event comes in": async (ada) => {
    await again(ada);
    await pushEvents(ada.team, [["ada", "2030-01-07T08:20:00Z"]]);
  },
  "the zone changes": ({ team }) => asTeam(team, "team", "PATCH", { time_zone: "Pacific/Kiritimati" }),
  "the zone changes, and somebody else settles it": async (ada) => {
    await asTeam(ada.team, "team", "PATCH", { time_zone: "Pacific/Kiritimati" });
    await again(ada);
  },
  "they are merged into somebody, and settled": async (ada) => {
    await pushEvents(ada.team, [["bob", "2030-01-07T08:20:00Z"]]);
    await merge(ada.team, "bob", "ada");
    await again(ada);
    await show(ada.team, ada.id);
  },
  "cron settles everybody": () => refreshSubscriptions(database(env.DB), Date.now(), 1),
  "the window changes": ({ team, id }) => ask(team, `/${id}`, { method: "PUT", body: { time_window: "yearly" } }),
  "the subscription is removed": ({ team, id }) => ask(team, `/${id}`, { method: "DELETE" }),
};

test.each(Object.entries(overtakers))("while somebody's days are being counted, %s", async (_, act) => {
  const ada = await stale();
  await refreshPerson(
    overtaken(() => act(ada)),
    ada.team,
    ada.personId,
    Date.now(),
  );
  if ((await ask(ada.team, `/${ada.id}`)).status === 200) await expectSnapshots(ada.team, Date.now());
  await expectSettled(ada.team);
});

test("a window that changes while it is refreshed keeps none of the former one's numbers", async () => {
  const { team, id, personId } = await stale();
  await pushEvents(team, [["ada", "2030-01-02T08:00:00Z"]]);
  // As the store leaves it, before the answer shows and so refreshes it.
  const change = env.DB.prepare("UPDATE subscriptions SET time_window = 'monthly', ends_at = 0 WHERE id = ?").bind(id);
  await refreshPerson(
    overtaken(() => change.run()),
    team,
    personId,
    Date.now(),
  );
  expect(await show(team, id)).toMatchObject({
    ...{ time_window: "monthly", snapshot: { total_activities: 3 } },
    window: { start_date: "2030-01-01", end_date: "2030-01-31" },
  });
});

test("somebody no tool has ever named shows their successor's numbers, until the merge is undone", async () => {
  const team = await mintTeam();
  await pushEvents(team, [["ada", "2030-01-07T08:00:00Z"]]);
  const dan = await mintPerson(team, { name: "Dan", timeZone: "Pacific/Kiritimati" });
  const ada = await subscribe(team, "ada", "daily");
  const { notification_id: id } = await subscribe(team, dan, "daily");
  const shown = async () => {
    const { user_id, snapshot, window } = await show(team, id);
    return [user_id, snapshot.total_activities, window.timezone];
  };
  await merge(team, "ada", dan);
  expect(await shown()).toEqual([ada.user_id, 1, "UTC"]);
  await asTeam(team, "people/ada/unmerge", "POST", {});
  expect(await shown()).toEqual([dan, 0, "Pacific/Kiritimati"]);
});

test("whom a merge brought to a team, and their own tools spoke of there, is not forgotten once it is undone", async () => {
  const home = await mintTeam();
  const team = await mintTeam({ accountId: home.accountId });
  await pushEvents(home, [
    ["fay", "2030-01-07T08:00:00Z"],
    ["sue", "2030-01-06T08:00:00Z"],
  ]);
  await pushEvents(team, [["fay", "2030-01-07T08:00:00Z"]]);
  await merge(home, "sue", "fay");
  await pushEvents(team, [["sue", "2030-01-07T08:30:00Z"]]);
  const { notification_id: id } = await subscribe(team, "sue", "daily");
  expect(await show(team, id)).toMatchObject({ snapshot: { total_activities: 2 } });
  await asTeam(home, "people/sue/unmerge", "POST", {});
  expect(await show(team, id)).toMatchObject({ snapshot: { total_activities: 1 } });
  await asTeam(home, "members/sue", "PATCH", { time_zone: "Pacific/Kiritimati" });
  expect(await show(team, id)).toMatchObject({ window: { timezone: "Pacific/Kiritimati" } });
});

test.each([
  ["1970-01-01T00:00:00Z", "Asia/Tokyo"],
  ["0001-01-01T00:00:00Z", "Asia/Tokyo"],
  ["0000-01-01T00:00:00Z", "Asia/Tokyo"],
  // There it is still the year before.
  ["0000-01-01T00:00:00Z", "America/New_York"],
])("one event of %s makes no recount in %s longer than its own days", async (time, zone) => {
  const team = await mintTeam();
  await pushEvents(team, [
    ["ada", time],
    ["ada", "2030-01-07T08:00:00Z"],
  ]);
  const { notification_id: id } = await subscribe(team, "ada", "daily");
  await asTeam(team, "team", "PATCH", { time_zone: zone });
  const queries = await metered(async () => {
    expect(await show(team, id)).toMatchObject({ snapshot: { total_activities: 1 } });
  });
  expect(queries.length).toBeLessThanOrEqual(40);
});

test("a recount jumps to what a block of many days reaches into", async () => {
  const team = await mintTeam();
  const from = Date.parse("2027-01-01T12:00:00Z");
  await pushEvents(team, [["ada", "2027-01-01T12:00:00Z"]]);
  // Three years open and never ended, and a silence of as long a time before.
  await env.DB.prepare(
    `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at)
     SELECT ?1, ?1, id, 'test', 'test', 'online', ?2, ?3 FROM identities WHERE account_id = ?4`,
  )
    .bind(team.teamId, from, Date.now(), team.accountId)
    .run();
  await pushEvents(team, [["ada", "2024-01-01T12:00:00Z"]]);
  const { notification_id: id } = await subscribe(team, "ada", "yearly");
  await asTeam(team, "team", "PATCH", { time_zone: "Asia/Tokyo" });
  expect((await show(team, id)).snapshot).toMatchObject({ hours_logged: 6 * 24 + 9 + 9 });
  // A middle day of the block, of which each step begins with one.
  const month = env.DB.prepare("SELECT work_ms AS ms FROM rollups WHERE team_id = ? AND month = '2028-07'");
  expect(await month.bind(team.teamId).first()).toEqual({ ms: 31 * 86_400_000 });
});

test("cron, refreshes and events all at once leave nothing wrong behind", async () => {
  const team = await mintTeam({ timeoutMinutes: 720 });
  const who = ["ada", "bob", "cyd"];
  await pushEvents(
    team,
    who.map((one) => [one, "2030-01-05T08:00:00Z"]),
  );
  const ids = await Promise.all(
    who.flatMap((one) =>
      ["daily", "monthly"].map(async (window) => (await subscribe(team, one, window)).notification_id),
    ),
  );
  for (let round = 1; round <= 6; round += 1) {
    clock(round * 90);
    const now = Date.now();
    const sent = Array.from({ length: 6 }, (_, n): [string, string, object] => [
      ...([who[(n + round) % 3]!, new Date(now - n * 31 * 3_600_000).toISOString()] as const),
      n % 2 ? { status: "open" } : {},
    ]);
    await Promise.all([
      refreshSubscriptions(database(env.DB), now, 1),
      refreshSubscriptions(database(env.DB), now + 1, 2),
      ...sent.map((event) => pushEvents(team, [event])),
      push(team, { ada: "online", bob: round % 2 ? "online" : "lunch" }),
      ...ids.map((id, n) => (n % 2 ? refresh(team, id) : show(team, id))),
      ...(round === 3 ? [merge(team, "ada", "cyd")] : []),
      ...(round === 5 ? [asTeam(team, "people/ada/unmerge", "POST", {})] : []),
      ...(round === 4 ? [asTeam(team, "team", "PATCH", { time_zone: "America/New_York" })] : []),
    ]);
  }
  await expectSettled(team);
});
