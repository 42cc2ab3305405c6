import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { database } from "../../src/db/client.ts";
import { recountChangedDays } from "../../src/statistics/job.ts";
import { expectError } from "../support/error.ts";
import { push } from "../support/presence.ts";
import { ask, pushEvents, subscribe } from "../support/subscriptions.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

/** Scrapes a team's metrics: the response, its text, and the values by metric. */
async function scrape(team: Team) {
  const response = await call("/metrics", {
    headers: { ...team.asTeam, Accept: "application/openmetrics-text;version=1.0.0" },
  });
  expect(response.status).toBe(200);
  // workerd does not treat this media type as text.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const samples = [...text.matchAll(/^rollcall_(\w+)\{team="(.+)"\} (\S+)$/gm)];
  return { response, text, values: Object.fromEntries(samples.map(([, name, , value]) => [name, Number(value)])) };
}

test("The metrics of a new team are 0", async () => {
  const team = await mintTeam();
  const { response, text, values } = await scrape(team);
  expect(response.headers.get("Content-Type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  expect(text.endsWith("\n# EOF\n")).toBe(true);
  expect(text).toContain(`{team="team-${team.teamId}"}`);
  const { heartbeats_created, ...counts } = values;
  expect(heartbeats_created).toBeCloseTo(Date.now() / 1000, -2);
  expect(counts).toEqual({
    ...{ people_present: 0, open_blocks: 0, live_viewers: 0, outbox_blocks: 0, heartbeats_total: 0 },
    ...{ events_accepted_total: 0, identities_refused_total: 0, subscriptions: 0, refresh_lag_seconds: 0 },
    ...{ webhooks_waiting: 0, webhooks_disabled: 0, webhook_failures: 0 },
  });
});

test("Presence, events and subscriptions are counted", async () => {
  const team = await mintTeam();
  await push(team, { ada: "online", bob: "away" });
  await push(team, { ada: "online", cyd: "offline" });
  const now = new Date().toISOString();
  await pushEvents(team, [
    ["ada", now],
    ["bob", now],
  ]);
  await subscribe(team, "ada", "daily");
  expect((await scrape(team)).values).toMatchObject({
    ...{ people_present: 2, open_blocks: 2, heartbeats_total: 2, events_accepted_total: 2 },
    ...{ subscriptions: 1, refresh_lag_seconds: 0 },
  });
});

test("A change counts as lag until cron has refreshed the subscription", async () => {
  const team = await mintTeam();
  const now = Date.now();
  await pushEvents(team, [["ada", new Date(now).toISOString()]]);
  await subscribe(team, "ada", "daily");
  await pushEvents(team, [["ada", new Date(now).toISOString()]]);
  await env.DB.prepare("UPDATE stale_days SET since = ? WHERE team_id = ?")
    .bind(now - 600_000, team.teamId)
    .run();
  const { refresh_lag_seconds: lag } = (await scrape(team)).values;
  expect(lag).toBeGreaterThanOrEqual(600);
  expect(lag).toBeLessThan(660);
  await recountChangedDays({ db: database(env.DB), now: now });
  expect((await scrape(team)).values).toMatchObject({ refresh_lag_seconds: 0 });
});

test("Where nothing is subscribed the lag is 0, however long changes wait", async () => {
  const team = await mintTeam();
  const now = Date.now();
  await pushEvents(team, [["ada", new Date(now).toISOString()]]);
  await env.DB.prepare("UPDATE stale_days SET since = ? WHERE team_id = ?")
    .bind(now - 86_400_000, team.teamId)
    .run();
  expect((await scrape(team)).values).toMatchObject({ refresh_lag_seconds: 0 });
  const { notification_id: id } = await subscribe(team, "ada", "daily");
  await ask(team, `/${id}`, { method: "DELETE" });
  await pushEvents(team, [["ada", new Date(now).toISOString()]]);
  await env.DB.prepare("UPDATE stale_days SET since = ? WHERE team_id = ?")
    .bind(now - 86_400_000, team.teamId)
    .run();
  expect((await scrape(team)).values).toMatchObject({ refresh_lag_seconds: 0 });
});

test.each([
  ["a client that names no type", {}, "text/plain; version=0.0.4; charset=utf-8"],
  ["curl", { Accept: "*/*" }, "text/plain; version=0.0.4; charset=utf-8"],
  [
    "Prometheus 2.42",
    {
      Accept:
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    },
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  ],
])("Metrics are in the format that the client prefers: %s", async (_, accept, type) => {
  const team = await mintTeam();
  const response = await call("/metrics", { headers: { ...team.asTeam, ...accept } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, type]);
});

test("Only the team key reads metrics", async () => {
  const team = await mintTeam();
  await expectError(await call("/metrics", { headers: team.asIntegration }), 401, "missing_api_key");
  await expectError(await call("/metrics", { method: "POST", headers: team.asTeam }), 405, "method_not_allowed");
});
