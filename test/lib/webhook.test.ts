import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { deriveWebhookSecret, webhookHeaders } from "../../src/lib/webhook.ts";

const KEY = "ключ-a-key-of-some-length-1234567890";

/** HMAC-SHA-256 as the platform computes it, in base64. */
async function hmac(key: Uint8Array, text: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", new Uint8Array(key), algorithm, false, ["sign"]);
  const bytes = await crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

test("A secret is the HMAC-SHA-256 of its purpose under the key", async () => {
  const secret = deriveWebhookSecret(KEY, "notif_1.2");
  expect(secret).toBe(`whsec_${await hmac(new TextEncoder().encode(KEY), "notif_1.2.0.")}`);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const others = [deriveWebhookSecret(KEY, "notif_1.3"), deriveWebhookSecret(`${KEY}x`, "notif_1.2")];
  expect(new Set([secret, ...others]).size).toBe(3);
});

test("The headers follow Standard Webhooks", async () => {
  const secret = deriveWebhookSecret(KEY, "notif_1.2");
  const at = Date.now();
  const body = '{"type":"snapshot.updated","name":"Zoë"}';
  const headers = webhookHeaders([secret], "msg_1", at, body);
  const seconds = Math.floor(at / 1000);
  const key = Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0));
  expect(headers).toEqual({
    "webhook-id": "msg_1",
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${await hmac(key, `msg_1.${seconds}.${body}`)}`,
  });
  expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  expect(() => new Webhook(secret).verify(body, { ...headers, "webhook-id": "msg_2" })).toThrow();
});

test("A message may have the signatures of several secrets, and each of them verifies it", () => {
  const secrets = ["notif_1.2", "notif_1.1"].map((subject) => deriveWebhookSecret(KEY, subject));
  const headers = webhookHeaders(secrets, "msg_1", Date.now(), "{}");
  expect(headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
  for (const secret of secrets) expect(new Webhook(secret).verify("{}", headers)).toEqual({});
  const other = deriveWebhookSecret(KEY, "notif_1.3");
  expect(() => new Webhook(other).verify("{}", headers)).toThrow("No matching signature");
});
