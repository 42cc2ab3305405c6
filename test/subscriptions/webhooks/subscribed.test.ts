import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { scheduled } from "../../../src/cron.ts";
import { ask, json, pushEvents, type Shown } from "../../support/subscriptions.ts";
import { mintTeam } from "../../support/team.ts";
import { openReceiver } from "./receiver.ts";

type Hooked = Shown & { webhook: { url: string; status: string; secret?: string } };

const cron = (expression: string) =>
  scheduled(createScheduledController({ cron: expression, scheduledTime: Date.now() }), env);

test("A subscription with a webhook sends its numbers whenever they change", async () => {
  const team = await mintTeam();
  const receiver = await openReceiver();
  const minuteAgo = new Date(Date.now() - 60_000).toISOString();
  await pushEvents(team, [["ada", minuteAgo]]);
  const body = { user_id: "ada", time_window: "yearly", webhook_url: receiver.url };
  const made = await json<Hooked>(ask(team, "", { body }), 201);
  expect(made.webhook).toMatchObject({ url: receiver.url, status: "active", secret: expect.stringMatching(/^whsec_/) });
  const { webhook } = await json<Hooked>(ask(team, `/${made.notification_id}`));
  expect(webhook).toEqual({ url: receiver.url, status: "active", failing_since: null, disabled_at: null });

  await pushEvents(team, [["ada", minuteAgo, { status: "open" }]]);
  await cron("*/15 * * * *");
  await cron("*/5 * * * *");
  await cron("*/5 * * * *");
  const messages = (await receiver.received()).map(({ body }) => JSON.parse(body) as { type: string; data: Shown });
  expect(messages.map(({ type, data }) => [type, data.notification_id, data.snapshot])).toEqual([
    ["snapshot.updated", made.notification_id, { total_activities: 2, completed_activities: 1, hours_logged: 0 }],
  ]);
  const { data } = await json<{ data: { delivered: boolean }[] }>(ask(team, `/${made.notification_id}/deliveries`));
  expect(data.map(({ delivered }) => delivered)).toEqual([true]);

  await ask(team, `/${made.notification_id}`, { method: "DELETE" });
  expect(
    await env.DB.prepare("SELECT * FROM webhooks WHERE subscription_id = ?").bind(made.notification_id).first(),
  ).toBeNull();
});

test("A refused webhook URL leaves no subscription", async () => {
  const team = await mintTeam();
  await pushEvents(team, [["ada", new Date().toISOString()]]);
  const body = { user_id: "ada", time_window: "daily", webhook_url: "https://localhost/hook" };
  expect((await ask(team, "", { body })).status).toBe(400);
  expect(await json<{ pagination: object }>(ask(team))).toMatchObject({ pagination: { total: 0 } });
});
