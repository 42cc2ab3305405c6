import { env, exports } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { findWebhook, removeWebhook } from "../../../src/subscriptions/webhooks/store.ts";
import { direct } from "../../support/direct.ts";
import { expectError } from "../../support/error.ts";
import { mintStrangers } from "../../support/team.ts";
import { openReceiver } from "./receiver.ts";
import { change, db, deliver, logOf, type Subscription, stateOf, subscribe } from "./subscription.ts";

type Init = { method?: string; headers?: Record<string, string>; body?: unknown };
const ask = ({ team, id }: Subscription, path = "", init: Init = {}, bindings = {}) =>
  direct(`/api/v1/stats-notifications/${id}${path}`, { headers: team.asTeam, ...init }, bindings);

const put = (subscription: Subscription, url: unknown, bindings = {}) =>
  ask(subscription, "", { method: "PUT", body: { webhook_url: url } }, bindings);

const rotate = (subscription: Subscription, bindings = {}) =>
  ask(subscription, "/webhook/rotate", { method: "POST" }, bindings);

/** Reads the webhook of an answer. */
const webhookOf = async (response: Response) => (await response.json<{ webhook: unknown }>()).webhook;

/** Reads the secret of an answer that must show one. */
async function shown(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const { webhook } = await response.json<{ webhook: { secret: string } }>();
  expect(webhook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  return webhook.secret;
}

const removed = ({ id }: Subscription) =>
  env.DB.prepare("UPDATE subscriptions SET status = 'removed' WHERE id = ?").bind(id).run();

describe("setting a URL", () => {
  test("A new URL is answered with a new secret, and the same URL with none", async () => {
    const subscription = await subscribe();
    const response = await put(subscription, " https://Example.com/hooks ");
    expect(await webhookOf(response.clone())).toEqual({
      ...{ url: "https://example.com/hooks", status: "active", failing_since: null, disabled_at: null },
      secret: expect.any(String),
    });
    const first = await shown(response);
    const again = await put(subscription, "https://example.com/hooks");
    expect(await webhookOf(again)).toEqual({
      ...{ url: "https://example.com/hooks", status: "active", failing_since: null, disabled_at: null },
    });
    const second = await shown(await put(subscription, "https://example.com/hooks/2"));
    expect(await webhookOf(await put(subscription, null))).toBeNull();
    expect(await findWebhook(db, subscription.team, subscription.id)).toBeNull();
    const third = await shown(await put(subscription, "https://example.com/hooks"));
    const other = await shown(await put(await subscribe(subscription.team), "https://example.com/hooks"));
    expect(new Set([first, second, third, other]).size).toBe(4);
  });

  test("A new URL drops the message that waits, and enables a disabled webhook", async () => {
    const subscription = await subscribe();
    const receiver = await openReceiver({ status: 410 });
    await put(subscription, receiver.url);
    await change(subscription, 1, 0);
    await deliver(0);
    expect(await stateOf(subscription)).toMatchObject({ disabled_at: expect.any(Number) });
    await put(subscription, receiver.url);
    expect(await stateOf(subscription)).toMatchObject({ disabled_at: null, failing_since: null, message_id: null });
    await change(subscription, 2, 1_000);
    expect(await stateOf(subscription)).toMatchObject({ message_id: expect.any(String) });
    await put(subscription, `${receiver.url}/2`);
    expect(await stateOf(subscription)).toMatchObject({ message_id: null, next_attempt_at: null, attempts: 0 });
  });

  test.each([
    ["http://example.com/", "https://"],
    ["https://127.0.0.1/", "IP address"],
    ["https://rollcall.test/hooks", "reserved"],
    [15, "must be a string"],
  ])("A URL such as %j is refused", async (url, why) => {
    const { issues } = await expectError(await put(await subscribe(), url), 400, "bad_request");
    expect(issues).toEqual([{ path: "webhook_url", message: expect.stringContaining(why) }]);
  });

  test("A URL on localhost is accepted in development only", async () => {
    const subscription = await subscribe();
    const url = "http://localhost:9000/hooks";
    for (const value of [undefined, "false"]) {
      const { issues } = await expectError(
        await put(subscription, url, { LOCAL_RECEIVERS: value }),
        400,
        "bad_request",
      );
      expect(issues).toEqual([{ path: "webhook_url", message: expect.stringContaining("https://") }]);
    }
    expect(await findWebhook(db, subscription.team, subscription.id)).toBeNull();
    await shown(await put(subscription, url, { LOCAL_RECEIVERS: "true" }));
  });

  test("A URL on the host of the request is refused", async () => {
    const { team, id } = await subscribe();
    const request = new Request(`https://rollcall.example.com/api/v1/stats-notifications/${id}`, {
      method: "PUT",
      headers: { ...team.asTeam, "Content-Type": "application/json" },
      body: JSON.stringify({ webhook_url: "https://ROLLCALL.example.com:8443/hooks" }),
    });
    const { issues } = await expectError(await exports.default.fetch(request), 400, "bad_request");
    expect(issues).toEqual([{ path: "webhook_url", message: expect.stringContaining("Rollcall itself") }]);
    expect(await findWebhook(db, team, id)).toBeNull();
  });

  test.each([undefined, "", "x".repeat(31)])(
    "Under the signing key %j the answer says what the operator has to do",
    async (key) => {
      const subscription = await subscribe();
      const unset = { WEBHOOK_SIGNING_KEY: key };
      const { errors } = await expectError(
        await put(subscription, "https://example.com/", unset),
        422,
        "unprocessable",
      );
      expect(errors).toEqual({ webhook_url: [expect.stringContaining("npx wrangler secret put WEBHOOK_SIGNING_KEY")] });
      expect(await findWebhook(db, subscription.team, subscription.id)).toBeNull();
      expect((await put(subscription, null, unset)).status).toBe(200);
      await put(subscription, "https://example.com/");
      await expectError(await rotate(subscription, unset), 422, "unprocessable");
    },
  );

  test("Another team's subscription and a removed one are not changed", async () => {
    const subscription = await subscribe();
    const first = await shown(await put(subscription, "https://example.com/"));
    for (const team of await mintStrangers(subscription.team)) {
      const stranger = { ...subscription, team };
      await expectError(await put(stranger, "https://evil.example.com/"), 404, "not_found");
      await expectError(await put(stranger, null), 404, "not_found");
    }
    expect(await findWebhook(db, subscription.team, subscription.id)).toMatchObject({ url: "https://example.com/" });
    await removeWebhook(db, subscription.team, subscription.id);
    await removed(subscription);
    await expectError(await put(subscription, "https://example.com/"), 410, "gone");
    expect(await findWebhook(db, subscription.team, subscription.id)).toBeNull();
    expect(first).toMatch(/^whsec_/);
  });
});

describe("rotating the secret", () => {
  test("A new secret signs the message that waits, and for 24 hours the former one signs too", async () => {
    const [subscription, receiver] = [await subscribe(), await openReceiver()];
    const former = await shown(await put(subscription, receiver.url));
    await change(subscription, 1, 0);
    const response = await rotate(subscription);
    const { webhook } = await response.clone().json<{ webhook: Record<string, string> }>();
    expect(webhook).toMatchObject({ url: receiver.url, status: "active" });
    const until = Date.parse(webhook.previous_secret_until!);
    expect(Math.abs(until - Date.now() - 86_400_000)).toBeLessThan(60_000);
    const secret = await shown(response);
    expect(secret).not.toBe(former);
    await deliver(until - 60_000);
    await change(subscription, 2, until);
    await deliver(until);
    const [during, after] = await receiver.received();
    for (const key of [secret, former]) {
      expect(new Webhook(key).verify(during!.body, during!.headers)).toMatchObject({ type: "snapshot.updated" });
    }
    expect(new Webhook(secret).verify(after!.body, after!.headers)).toMatchObject({ type: "snapshot.updated" });
    expect(() => new Webhook(former).verify(after!.body, after!.headers)).toThrow("No matching signature");
  });

  test("A new URL is never sent a signature of a secret that the former URL had", async () => {
    const [subscription, receiver] = [await subscribe(), await openReceiver()];
    await put(subscription, "https://example.com/");
    await rotate(subscription);
    const secret = await shown(await put(subscription, receiver.url));
    await change(subscription, 1, 0);
    await deliver(0);
    const [message] = await receiver.received();
    expect(message!.headers["webhook-signature"]).toMatch(/^v1,\S+$/);
    expect(new Webhook(secret).verify(message!.body, message!.headers)).toMatchObject({ type: "snapshot.updated" });
  });

  test("Both kinds of key may rotate, and no other team's", async () => {
    const subscription = await subscribe();
    await put(subscription, "https://example.com/");
    const before = await stateOf(subscription);
    for (const team of await mintStrangers(subscription.team)) {
      await expectError(await rotate({ ...subscription, team }), 404, "not_found");
    }
    expect(await stateOf(subscription)).toEqual(before);
    const init = { method: "POST", headers: subscription.team.asIntegration };
    await shown(await ask(subscription, "/webhook/rotate", init));
    await expectError(await ask(subscription, "/webhook/rotate", { ...init, headers: {} }), 401, "missing_api_key");
  });

  test("A rotation needs a webhook and an active subscription", async () => {
    const subscription = await subscribe();
    expect(await expectError(await rotate(subscription), 404, "not_found")).toMatchObject({
      error: "Not found: the subscription has no webhook_url",
    });
    await expectError(await rotate({ ...subscription, id: "notif_nobody" }), 404, "not_found");
    await put(subscription, "https://example.com/");
    await removed(subscription);
    await expectError(await rotate(subscription), 410, "gone");
  });
});

describe("the delivery log", () => {
  /** Makes a subscription with two messages: one that its receiver refused, and one that it accepted. */
  async function delivered() {
    const [subscription, receiver] = [await subscribe(), await openReceiver({ status: 500 })];
    await put(subscription, receiver.url);
    await change(subscription, 1, 0);
    await deliver(0);
    await receiver.answers({ status: 200 });
    await change(subscription, 2, 60_000);
    await deliver(60_000);
    const ids = (await receiver.received()).map(({ headers }) => headers["webhook-id"]);
    return { subscription, ids };
  }

  test("The delivery log lists attempts, newest first, page by page", async () => {
    const { subscription, ids } = await delivered();
    const read = async (path: string) => {
      const response = await ask(subscription, `/deliveries${path}`);
      expect(response.status).toBe(200);
      return response.json<{ data: Record<string, unknown>[]; next_cursor: string | null }>();
    };
    const { data, next_cursor: end } = await read("");
    const always = { id: expect.any(String), attempt: 1, duration_ms: expect.any(Number) };
    const at = (prefix: string) => expect.stringMatching(`^1970-01-01T00:0${prefix}.*Z$`);
    expect(data).toEqual([
      { ...always, message_id: ids[1], attempted_at: at("1:0"), delivered: true, status_code: 200, error: null },
      {
        ...{ ...always, message_id: ids[0], attempted_at: at("0:0"), delivered: false },
        ...{ status_code: 500, error: "Answered 500" },
      },
    ]);
    expect(end).toBeNull();
    const first = await read("?limit=1");
    expect(first.data).toEqual([data[0]]);
    const second = await read(`?limit=1&cursor=${first.next_cursor}`);
    expect(second).toEqual({ data: [data[1]], next_cursor: null });
  });

  test("The delivery log is read with both kinds of key, and not by another team", async () => {
    const { subscription } = await delivered();
    for (const team of await mintStrangers(subscription.team)) {
      const stranger = { ...subscription, team };
      await expectError(await ask(stranger, "/deliveries"), 404, "not_found");
      expect(await logOf(stranger)).toEqual([]);
    }
    const headers = subscription.team.asIntegration;
    expect(await (await ask(subscription, "/deliveries", { headers })).json()).toMatchObject({ data: [{}, {}] });
    await expectError(await ask(subscription, "/deliveries", { headers: {} }), 401, "missing_api_key");
  });

  test("The delivery log stays without a webhook, and goes with the subscription", async () => {
    const untouched = await subscribe();
    expect(await (await ask(untouched, "/deliveries")).json()).toEqual({ data: [], next_cursor: null });
    await expectError(await ask({ ...untouched, id: "notif_nobody" }, "/deliveries"), 404, "not_found");
    const { subscription } = await delivered();
    await put(subscription, null);
    expect(await (await ask(subscription, "/deliveries")).json()).toMatchObject({ data: [{}, {}] });
    await removed(subscription);
    await expectError(await ask(subscription, "/deliveries"), 410, "gone");
  });

  test.each(["limit=0", "limit=201", "cursor=x"])("The delivery log refuses %s", async (query) => {
    await expectError(await ask(await subscribe(), `/deliveries?${query}`), 400, "bad_request");
  });
});
