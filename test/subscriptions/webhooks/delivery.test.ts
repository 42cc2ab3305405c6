import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { deliverWebhooks } from "../../../src/subscriptions/webhooks/job.ts";
import { setWebhook } from "../../../src/subscriptions/webhooks/store.ts";
import { mintPerson, mintTeam } from "../../support/team.ts";
import { without } from "../../support/without.ts";
import { openReceiver } from "./receiver.ts";
import { change, db, deliver, logOf, setUrl, stateOf, subscribe } from "./subscription.ts";

const MINUTE_MS = 60_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Makes a subscription with a webhook to a receiver that answers as given. */
async function withReceiver(...answer: Parameters<typeof openReceiver>) {
  const [subscription, receiver] = [await subscribe(), await openReceiver(...answer)];
  return { subscription, receiver, secret: await setUrl(subscription, receiver.url) };
}

describe("A message", () => {
  test("A message has the numbers, and a signature that the shown secret verifies", async () => {
    const { subscription, receiver, secret } = await withReceiver();
    const now = Date.now();
    const changedAt = Date.parse("2026-11-20T10:00:00Z");
    await change(subscription, 3, changedAt);
    await deliver(now);
    const [message, ...more] = await receiver.received();
    expect(more).toEqual([]);
    expect(message!.method).toBe("POST");
    expect(message!.headers).toMatchObject({ "content-type": "application/json", "user-agent": "Rollcall" });
    expect(new Webhook(secret).verify(message!.body, message!.headers)).toEqual({
      type: "snapshot.updated",
      timestamp: "2026-11-20T10:00:00Z",
      data: {
        notification_id: subscription.id,
        user_id: subscription.personId,
        time_window: "daily",
        snapshot: { total_activities: 3, completed_activities: 1, hours_logged: 1.5 },
        window: { start_date: "2026-11-20", end_date: "2026-11-20", timezone: "Europe/Madrid" },
      },
    });
    expect(() => new Webhook(secret).verify(`${message!.body} `, message!.headers)).toThrow("No matching signature");
    const [delivery] = await logOf(subscription);
    expect(message!.headers["webhook-id"]).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(delivery).toMatchObject({
      messageId: message!.headers["webhook-id"],
      attempt: 1,
      statusCode: 204,
      error: null,
    });
  });

  test("A message is sent once, and the next one only after the numbers change", async () => {
    const { subscription, receiver } = await withReceiver({ status: 200, body: "thanks" });
    await deliver(1_000);
    expect(await receiver.received()).toEqual([]);
    await change(subscription, 1, 1_000);
    for (const at of [1_000, 2_000, 86_400_000]) await deliver(at);
    expect(await receiver.received()).toHaveLength(1);
    await change(subscription, 1, 2_000);
    await deliver(2_000);
    expect(await receiver.received()).toHaveLength(1);
    await change(subscription, 2, 3_000);
    await deliver(3_000);
    const ids = (await receiver.received()).map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(2);
  });

  test("A message is not sent before it is due", async () => {
    const { subscription, receiver } = await withReceiver();
    await change(subscription, 1, 10_000);
    await deliver(9_999);
    expect(await receiver.received()).toEqual([]);
    await deliver(10_000);
    expect(await receiver.received()).toHaveLength(1);
  });

  test("A newer message replaces one that was not sent yet", async () => {
    const { subscription, receiver } = await withReceiver();
    for (const total of [1, 2, 3]) await change(subscription, total, total * 1_000);
    await deliver(10_000);
    const bodies = (await receiver.received()).map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([{ timestamp: "1970-01-01T00:00:03Z", data: { snapshot: { total_activities: 3 } } }]);
  });

  test("A newer message replaces one that failed, and its attempts count from 1", async () => {
    const { subscription, receiver } = await withReceiver({ status: 500 });
    await change(subscription, 1, 0);
    await deliver(0);
    await deliver(5 * MINUTE_MS);
    await change(subscription, 2, 6 * MINUTE_MS);
    await receiver.answers({ status: 200 });
    await deliver(6 * MINUTE_MS);
    await deliver(3_000 * MINUTE_MS);
    const bodies = (await receiver.received()).map(({ body }) => JSON.parse(body).data.snapshot.total_activities);
    expect(bodies).toEqual([1, 1, 2]);
    expect((await logOf(subscription)).map(({ attempt, statusCode }) => [attempt, statusCode])).toEqual([
      [1, 200],
      [2, 500],
      [1, 500],
    ]);
  });

  test("A message that was queued during the delivery of another stays queued", async () => {
    for (const status of [200, 500]) {
      const { subscription, receiver } = await withReceiver({ status: 200, hold: true });
      await change(subscription, 1, 1_000);
      const run = deliver(1_000);
      await receiver.received(1);
      await change(subscription, 2, 2_000);
      const { message_id: newer } = await stateOf(subscription);
      await receiver.answers({ status });
      await run;
      expect(await stateOf(subscription)).toMatchObject({ message_id: newer, attempts: 0, next_attempt_at: 2_000 });
      await receiver.answers({ status: 200 });
      await deliver(2_000);
      expect((await receiver.received())[1]!.headers["webhook-id"]).toBe(newer);
      expect(await stateOf(subscription)).toMatchObject({
        message_id: null,
        next_attempt_at: null,
        failing_since: null,
      });
    }
  });

  test.each([
    ["sends an endless body", 1, (body: ReadableStreamDefaultController) => body.enqueue(new Uint8Array(1_024))],
    [
      "breaks the connection off",
      0,
      (body: ReadableStreamDefaultController) => body.error(new Error("Network connection lost.")),
    ],
  ])("A message counts as delivered by its status, even if the receiver %s", async (_, cancels, pull) => {
    const { subscription } = await withReceiver();
    await change(subscription, 1, 0);
    const cancel = vi.fn();
    await deliver(0, async () => new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 1 })));
    expect(cancel).toHaveBeenCalledTimes(cancels);
    expect(await logOf(subscription)).toMatchObject([{ statusCode: 200, error: null }]);
    expect(await stateOf(subscription)).toMatchObject({ message_id: null, failing_since: null });
  });

  test("A message names the person into whom the subscription's person was merged", async () => {
    const { subscription, receiver } = await withReceiver();
    const successor = await mintPerson(subscription.team, { name: "Grace" });
    await env.DB.prepare("UPDATE people SET merged_into = ? WHERE id = ?").bind(successor, subscription.personId).run();
    await change(subscription, 1, 0);
    await deliver(0);
    expect(JSON.parse((await receiver.received())[0]!.body).data.user_id).toBe(successor);
  });
});

describe("Runs of cron", () => {
  test("Overlapping runs send a message once", async () => {
    const { subscription, receiver } = await withReceiver({ status: 200, hold: true });
    await change(subscription, 1, 0);
    const first = deliver(0);
    await receiver.received(1);
    await deliver(5 * MINUTE_MS);
    await receiver.answers({ status: 200 });
    await first;
    expect(await receiver.received()).toHaveLength(1);
  });

  test("Runs that begin at the same time send each message once", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => withReceiver()));
    for (const { subscription } of all) await change(subscription, 1, 0);
    await Promise.all([deliver(0), deliver(0), deliver(0)]);
    for (const { receiver } of all) expect(await receiver.received()).toHaveLength(1);
  });

  test("A run sends the messages of a failed run again, once that run cannot be working any more", async () => {
    const { subscription, receiver } = await withReceiver();
    await change(subscription, 1, 0);
    await without("deliveries", () => expect(deliver(0)).rejects.toThrow());
    await deliver(5 * MINUTE_MS);
    expect(await receiver.received()).toHaveLength(1);
    await deliver(10 * MINUTE_MS);
    const ids = (await receiver.received()).map(({ headers }) => headers["webhook-id"]);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(await logOf(subscription)).toHaveLength(1);
  });

  test("A run sends at most 90 messages, six at a time, those due longest first", async () => {
    const team = await mintTeam();
    const all = await Promise.all(Array.from({ length: 92 }, () => subscribe(team)));
    for (const [n, subscription] of all.entries()) {
      await setUrl(subscription, `https://hooks.example.com/many/${subscription.id}`);
      await change(subscription, 1, n - 1_000);
    }
    let [running, most] = [0, 0];
    const sent: string[] = [];
    const send = async (url: string) => {
      running += 1;
      most = Math.max(most, running);
      // The answer takes as long as a query.
      await env.DB.prepare("SELECT 1").first();
      running -= 1;
      sent.push(url.slice("https://hooks.example.com/many/".length));
      return new Response("thanks");
    };
    await deliver(0, send as typeof fetch);
    expect(most).toBe(6);
    expect(sent.toSorted()).toEqual(
      all
        .slice(0, 90)
        .map(({ id }) => id)
        .toSorted(),
    );
    await deliver(0, send as typeof fetch);
    expect(sent.slice(90).toSorted()).toEqual(
      all
        .slice(90)
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  test.each([undefined, "", "too-short"])(
    "Without a usable key (%j) nothing is sent, and no message is lost",
    async (key) => {
      const { subscription, receiver } = await withReceiver();
      const complaint = vi.spyOn(console, "error").mockImplementation(() => {});
      await deliverWebhooks({ db, now: -1 }, key);
      expect(complaint).not.toHaveBeenCalled();
      await change(subscription, 1, 0);
      await deliverWebhooks({ db, now: 0 }, key);
      expect(complaint).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("WEBHOOK_SIGNING_KEY"));
      expect(await logOf(subscription)).toEqual([]);
      await deliver(0);
      expect(await receiver.received()).toHaveLength(1);
    },
  );
});

test("The outcome of a delivery does not affect a webhook whose URL was set meanwhile", async () => {
  const { subscription, receiver } = await withReceiver({ status: 200, hold: true });
  await change(subscription, 1, 0);
  const run = deliver(0);
  await receiver.received(1);
  const other = await openReceiver();
  await setWebhook(db, subscription.team, subscription.id, other.url, Date.now());
  await receiver.answers({ status: 410 });
  await run;
  expect(await stateOf(subscription)).toMatchObject({ disabled_at: null, failing_since: null, message_id: null });
  await change(subscription, 2, 1_000);
  await deliver(1_000);
  expect([await receiver.received(), await other.received()].map(({ length }) => length)).toEqual([1, 1]);
});
