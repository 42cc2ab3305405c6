import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { type Database, database } from "../../src/db/client.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { refreshPerson } from "../../src/statistics/service.ts";
import { metered } from "../support/d1_meter.ts";
import { clock, push, stopTheClock } from "../support/presence.ts";
import { expectRollups, expectSnapshots } from "../support/statistics.ts";
import { ask, json, pushEvents, refresh, show, subscribe } from "../support/subscriptions.ts";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";

/** Tests begin on Monday, 7 January 2030, at 09:00 UTC. */
stopTheClock();

const asTeam = (team: Team, path: string, method: string, body: unknown) =>
  json(call(`/api/v1/${path}`, { headers: team.asTeam, method, body }));
const merge = (team: Team, into: string, person: string) => asTeam(team, `people/${into}/merge`, "POST", { person });

/** Returns a database that runs `act` after the first reads and before the first batch of writes. */
function beforeFirstBatch(act: () => Promise<unknown>): Database {
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

/** Checks that after a run of cron, when all days have ended, everything equals a count from scratch. */
async function expectUpToDate(team: Team): Promise<void> {
  clock(3 * 24 * 60);
  await recountChangedDays({ db: database(env.DB), now: Date.now() });
  await expectRollups(team);
  await expectSnapshots(team, Date.now());
}

/** Makes a team with Ada, a subscription to her, and a marked day. */
async function teamWithMarks() {
  const team = await mintTeam();
  await pushEvents(team, [["ada", "2030-01-07T08:00:00Z"]]);
  const { notification_id: id, user_id: personId } = await subscribe(team, "ada", "daily");
  await pushEvents(team, [["ada", "2030-01-07T08:10:00Z"]]);
  return { team, id, personId };
}

const refreshAda = ({ team, personId }: { team: Team; personId: string }, db = database(env.DB)) =>
  refreshPerson({ db, actor: team, now: Date.now() }, personId);

type Ada = Awaited<ReturnType<typeof teamWithMarks>>;
const CHANGES: Record<string, (ada: Ada) => Promise<unknown>> = {
  "an event comes in": ({ team }) => pushEvents(team, [["ada", "2030-01-07T08:20:00Z"]]),
  "another refresh settles the marks": (ada) => refreshAda(ada),
  "an event comes in, and another refresh settles it": async (ada) => {
    await pushEvents(ada.team, [["ada", "2030-01-07T08:20:00Z"]]);
    await refreshAda(ada);
  },
  "another refresh settles the marks, and an event comes in": async (ada) => {
    await refreshAda(ada);
    await pushEvents(ada.team, [["ada", "2030-01-07T08:20:00Z"]]);
  },
  "the time zone changes": ({ team }) => asTeam(team, "team", "PATCH", { time_zone: "Pacific/Kiritimati" }),
  "the time zone changes, and another refresh settles it": async (ada) => {
    await asTeam(ada.team, "team", "PATCH", { time_zone: "Pacific/Kiritimati" });
    await refreshAda(ada);
  },
  "a merge moves the person, and another refresh settles it": async (ada) => {
    await pushEvents(ada.team, [["bob", "2030-01-07T08:20:00Z"]]);
    await merge(ada.team, "bob", "ada");
    await refreshAda(ada);
    await show(ada.team, ada.id);
  },
  "a run of cron settles all marks": () => recountChangedDays({ db: database(env.DB), now: Date.now() }, 1),
  "the window changes": ({ team, id }) => ask(team, `/${id}`, { method: "PUT", body: { time_window: "yearly" } }),
  "the subscription is removed": ({ team, id }) => ask(team, `/${id}`, { method: "DELETE" }),
};

test.each(Object.entries(CHANGES))("Nothing is lost if, during a recount, %s", async (_, act) => {
  const ada = await teamWithMarks();
  await refreshAda(
    ada,
    beforeFirstBatch(() => act(ada)),
  );
  if ((await ask(ada.team, `/${ada.id}`)).status === 200) await expectSnapshots(ada.team, Date.now());
  await expectUpToDate(ada.team);
});

test("A window that changes during a refresh keeps no numbers of the former window", async () => {
  const ada = await teamWithMarks();
  await pushEvents(ada.team, [["ada", "2030-01-02T08:00:00Z"]]);
  // As `changeWindow` leaves the row. The request would refresh it before it answers.
  const change = env.DB.prepare("UPDATE subscriptions SET time_window = 'monthly', ends_at = 0 WHERE id = ?");
  await refreshAda(
    ada,
    beforeFirstBatch(() => change.bind(ada.id).run()),
  );
  expect(await show(ada.team, ada.id)).toMatchObject({
    ...{ time_window: "monthly", snapshot: { total_activities: 3 } },
    window: { start_date: "2030-01-01", end_date: "2030-01-31" },
  });
});

test("A subscription of a merged person counts once where both people have marked days", async () => {
  const team = await mintTeam();
  await pushEvents(team, [
    ["ada", "2030-01-07T08:00:00Z"],
    ["bob", "2030-01-07T08:30:00Z"],
  ]);
  const { notification_id: id } = await subscribe(team, "bob", "daily");
  await merge(team, "ada", "bob");
  await recountChangedDays({ db: database(env.DB), now: Date.now() });
  await expectSnapshots(team, Date.now(), [id]);
});

test("A merged person without identities shows the other person's numbers until the merge is undone", async () => {
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

test("A person who joined a team by a merge, and was then reported there, stays up to date after the merge is undone", async () => {
  const home = await mintTeam();
  const team = await mintTeam({ accountId: home.accountId });
  await pushEvents(home, [
    ["fay", "2030-01-07T08:00:00Z"],
    ["sue", "2030-01-06T08:00:00Z"],
  ]);
  await pushEvents(team, [["fay", "2030-01-07T08:00:00Z"]]);
  // Only a team of theirs may merge them: on the other team they are observers.
  for (const one of ["fay", "sue"]) await asTeam(home, `members/${one}`, "PATCH", { role: "active" });
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
  // In New York it is still the year before.
  ["0000-01-01T00:00:00Z", "America/New_York"],
])("One event of %s costs a recount in %s no more than its own days", async (time, zone) => {
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

test("After a new time zone, a refresh of a sparse history of thirty years takes fewer than 50 queries, and cron does the rest", async () => {
  const team = await mintTeam();
  const years = Array.from({ length: 31 }, (_, n) => 2000 + n);
  await pushEvents(
    team,
    years.map((year) => ["ada", `${year}-01-05T08:00:00Z`]),
  );
  const { notification_id: id } = await subscribe(team, "ada", "yearly");
  for (const zone of ["Asia/Tokyo", "America/New_York"]) {
    await asTeam(team, "team", "PATCH", { time_zone: zone });
    const queries = await metered(async () => {
      expect(await refresh(team, id)).toMatchObject({ snapshot: { total_activities: 1 }, window: { timezone: zone } });
    });
    expect(queries.length).toBeLessThan(50);
  }
  for (let hour = 0; hour < 12; hour += 1) {
    await recountChangedDays({ db: database(env.DB), now: Date.now() + hour * 3_600_000 });
  }
  const months = env.DB.prepare("SELECT count(*) AS count FROM rollups WHERE team_id = ? AND total_activities = 1");
  expect(await months.bind(team.teamId).first()).toEqual({ count: years.length });
  const marks = env.DB.prepare("SELECT count(*) AS count FROM stale_days WHERE team_id = ?");
  expect(await marks.bind(team.teamId).first()).toEqual({ count: 0 });
});

test("A recount skips the time before a block of many days", async () => {
  const team = await mintTeam();
  const from = Date.parse("2027-01-01T12:00:00Z");
  await pushEvents(team, [["ada", "2027-01-01T12:00:00Z"]]);
  // An open block of three years, and three years without anything before it.
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
  // A month in the middle of the block, before the present year, and so left to cron.
  await recountChangedDays({ db: database(env.DB), now: Date.now() });
  const month = env.DB.prepare("SELECT work_ms AS ms FROM rollups WHERE team_id = ? AND month = '2028-07'");
  expect(await month.bind(team.teamId).first()).toEqual({ ms: 31 * 86_400_000 });
});

test("Cron, refreshes and events at the same time leave everything right", async () => {
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
      recountChangedDays({ db: database(env.DB), now: now }, 1),
      recountChangedDays({ db: database(env.DB), now: now + 1 }, 2),
      ...sent.map((event) => pushEvents(team, [event])),
      push(team, { ada: "online", bob: round % 2 ? "online" : "lunch" }),
      ...ids.map((id, n) => (n % 2 ? refresh(team, id) : show(team, id))),
      ...(round === 3 ? [merge(team, "ada", "cyd")] : []),
      ...(round === 5 ? [asTeam(team, "people/ada/unmerge", "POST", {})] : []),
      ...(round === 4 ? [asTeam(team, "team", "PATCH", { time_zone: "America/New_York" })] : []),
    ]);
  }
  await expectUpToDate(team);
});
