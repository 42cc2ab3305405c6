import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openReceiver } from "./receiver.ts";
import { change, deliver, logOf, type Subscription, setUrl, stateOf, subscribe } from "./subscription.ts";

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Makes a subscription with a message queued at 0, for a receiver that answers as given. */
async function queued(...answer: Parameters<typeof openReceiver>) {
  const [subscription, receiver] = [await subscribe(), await openReceiver(...answer)];
  await setUrl(subscription, receiver.url);
  await change(subscription, 1, 0);
  return { subscription, receiver };
}

/** Runs the delivery each time the message is due, with a stopped clock; returns these times. */
async function deliverWhenDue(subscription: Subscription): Promise<number[]> {
  vi.useFakeTimers({ toFake: ["Date"] });
  const runs: number[] = [];
  for (;;) {
    const { next_attempt_at: at } = await stateOf(subscription);
    if (at === null) return runs;
    vi.setSystemTime(at!);
    await deliver(at!);
    runs.push(at!);
  }
}

describe("A message that fails", () => {
  test("A failed message is tried again for more than a day, and then given up", async () => {
    const { subscription, receiver } = await queued({ status: 503, body: "the secret of the receiver" });
    const runs = await deliverWhenDue(subscription);
    expect(runs).toEqual([0, 5_000, 305_000, 2_105_000, 9_305_000, 27_305_000, 63_305_000, 113_705_000]);
    expect(113_705_000).toBe(31 * HOUR_MS + 35 * MINUTE_MS + 5_000);
    const sent = await receiver.received();
    expect(sent.map(({ headers }) => Number(headers["webhook-timestamp"]) * 1000)).toEqual(runs);
    expect(new Set(sent.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(sent.map(({ headers }) => headers["webhook-signature"])).size).toBe(runs.length);
    const log = await logOf(subscription);
    expect(log.map(({ attempt, attemptedAt }) => [attempt, attemptedAt])).toEqual(
      runs.map((at, n) => [n + 1, at]).toReversed(),
    );
    expect(new Set(log.map(({ statusCode, error }) => `${statusCode}: ${error}`))).toEqual(
      new Set(["503: Answered 503"]),
    );
    expect(await stateOf(subscription)).toMatchObject({
      ...{ message_id: null, queued_at: null, attempts: 0, failing_since: 0, disabled_at: null, failures: 8 },
    });
  });

  test("A failed message is not tried before its time, and is delivered once the receiver works", async () => {
    const { subscription, receiver } = await queued({ status: 500 });
    vi.useFakeTimers({ toFake: ["Date"] });
    await deliver(0);
    await deliver(4_999);
    expect(await receiver.received()).toHaveLength(1);
    expect(await stateOf(subscription)).toMatchObject({ failing_since: 0, attempts: 1, next_attempt_at: 5_000 });
    await receiver.answers({ status: 202 });
    await deliver(5 * MINUTE_MS);
    expect(await receiver.received()).toHaveLength(2);
    expect(await stateOf(subscription)).toMatchObject({ failing_since: null, message_id: null, failures: 1 });
  });

  test("A failed message waits as long as the receiver asks", async () => {
    const { subscription } = await queued({ status: 429, headers: { "Retry-After": "7200" } });
    vi.useFakeTimers({ toFake: ["Date"] });
    await deliver(0);
    expect(await stateOf(subscription)).toMatchObject({ next_attempt_at: 2 * HOUR_MS });
  });

  test.each([301, 302, 303, 307, 308])("A redirect (%i) is a failure and is not followed", async (status) => {
    const elsewhere = await openReceiver();
    const { subscription, receiver } = await queued({ status, headers: { Location: elsewhere.url } });
    await deliver(0);
    expect([await receiver.received(), await elsewhere.received()].map(({ length }) => length)).toEqual([1, 0]);
    const error = `Answered ${status}: redirects are not followed`;
    expect(await logOf(subscription)).toMatchObject([{ statusCode: status, error }]);
  });

  test("An attempt waits 15 seconds for an answer", async () => {
    const { subscription, receiver } = await queued({ status: 200, hold: true });
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const asked = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout(50));
    await deliver(0);
    expect(asked).toHaveBeenCalledExactlyOnceWith(15_000);
    const [delivery] = await logOf(subscription);
    expect(delivery).toMatchObject({ attempt: 1, statusCode: null, error: "No answer within 15 seconds" });
    expect(delivery!.durationMs).toBeGreaterThanOrEqual(50);
    await receiver.answers({ status: 200 });
  });

  test("A failed connection is logged without the error of the runtime", async () => {
    const { subscription } = await queued();
    await deliver(0, async () => {
      throw new Error("internal error; reference = 12345");
    });
    expect(await logOf(subscription)).toMatchObject([{ statusCode: null, error: "No connection" }]);
  });

  test("A failed message does not stop others", async () => {
    const [broken, sound] = [await queued(), await queued()];
    await deliver(0, async (url, init) => {
      if (url === broken.receiver.url) throw new Error("Network connection lost.");
      return fetch(url, init);
    });
    expect(await sound.receiver.received()).toHaveLength(1);
    expect(await stateOf(sound.subscription)).toMatchObject({ message_id: null, failing_since: null });
  });
});

describe("A webhook is disabled", () => {
  test("Five days of failures without a success disable a webhook", async () => {
    const { subscription, receiver } = await queued({ status: 500 });
    vi.useFakeTimers({ toFake: ["Date"] });
    const failAt = async (at: number) => {
      vi.setSystemTime(at);
      await change(subscription, at + 2, at);
      await deliver(at);
      return stateOf(subscription);
    };
    for (const day of [0, 1, 2, 3, 4]) {
      expect(await failAt(day * DAY_MS)).toMatchObject({ failing_since: 0, disabled_at: null });
    }
    expect(await failAt(5 * DAY_MS - 1)).toMatchObject({ failing_since: 0, disabled_at: null });
    const at = 5 * DAY_MS;
    const done = { message_id: null, next_attempt_at: null };
    expect(await failAt(at)).toMatchObject({ failing_since: 0, disabled_at: at, failures: 7, ...done });
    // Nothing more is queued, even after the receiver works again.
    await receiver.answers({ status: 200 });
    expect(await failAt(6 * DAY_MS)).toMatchObject({ disabled_at: at, ...done });
    expect(await receiver.received()).toHaveLength(7);
    // Setting the URL again enables the webhook.
    await setUrl(subscription, receiver.url);
    expect(await failAt(7 * DAY_MS)).toMatchObject({ disabled_at: null, failing_since: null });
    expect(await receiver.received()).toHaveLength(8);
  });

  test("A success within the five days keeps a webhook enabled", async () => {
    const { subscription, receiver } = await queued({ status: 500 });
    vi.useFakeTimers({ toFake: ["Date"] });
    for (const day of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
      const at = day * DAY_MS;
      vi.setSystemTime(at);
      await receiver.answers({ status: day === 4 ? 200 : 500 });
      await change(subscription, day + 2, at);
      await deliver(at);
    }
    expect(await stateOf(subscription)).toMatchObject({ failing_since: 5 * DAY_MS, disabled_at: null });
  });

  test("An answer 410 disables a webhook at once", async () => {
    const { subscription, receiver } = await queued({ status: 410 });
    await deliver(0);
    expect(await stateOf(subscription)).toMatchObject({ message_id: null, disabled_at: expect.any(Number) });
    await change(subscription, 9, 1_000);
    await deliver(DAY_MS);
    expect(await receiver.received()).toHaveLength(1);
    const error = "Answered 410: the receiver wants no more messages";
    expect(await logOf(subscription)).toMatchObject([{ statusCode: 410, error }]);
  });

  test("A message that was queued while its webhook was disabled is dropped", async () => {
    const { subscription, receiver } = await queued({ status: 200, hold: true });
    const run = deliver(0);
    await receiver.received(1);
    await change(subscription, 2, 1_000);
    expect(await stateOf(subscription)).toMatchObject({ message_id: expect.any(String), next_attempt_at: 1_000 });
    await receiver.answers({ status: 410 });
    await run;
    const done = { message_id: null, queued_at: null, next_attempt_at: null };
    expect(await stateOf(subscription)).toMatchObject({ disabled_at: expect.any(Number), ...done });
  });
});

test("The delivery log keeps the newest 50 attempts of each subscription", async () => {
  const [long, short] = [await queued({ status: 200 }), await queued({ status: 200 })];
  for (let n = 1; n <= 52; n++) {
    await change(long.subscription, n + 1, n * 1_000);
    if (n > 49) await change(short.subscription, n + 1, n * 1_000);
    await deliver(n * 1_000);
  }
  const sent = (await long.receiver.received()).map(({ headers }) => headers["webhook-id"]);
  expect(sent).toHaveLength(52);
  expect((await logOf(long.subscription)).map(({ messageId }) => messageId)).toEqual(sent.slice(2).toReversed());
  expect(await logOf(short.subscription)).toHaveLength(4);
});

test("Neither the answer of a receiver nor a header of the request is stored", async () => {
  const { subscription, receiver } = await queued({
    ...{ status: 500, body: "body-of-the-receiver", headers: { "X-Secret": "header-of-the-receiver" } },
  });
  await deliver(0);
  const [message] = await receiver.received();
  const log = await env.DB.prepare("SELECT * FROM deliveries WHERE subscription_id = ?").bind(subscription.id).all();
  const kept = JSON.stringify([log.results, await stateOf(subscription)]);
  expect(kept).toContain(message!.headers["webhook-id"]);
  expect(kept).not.toMatch(/of-the-receiver/);
  expect(kept).not.toContain(message!.headers["webhook-signature"]!.slice(3));
});
