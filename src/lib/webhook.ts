import { Webhook } from "standardwebhooks";

/** What a Standard Webhooks message carries besides its body: its id, when it is sent, in whole seconds, and the signature. */
export type WebhookHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/** The headers under which `body` is sent at `at` (UTC milliseconds), signed with a secret of the form `whsec_...`. */
export const webhookHeaders = (secret: string, id: string, at: number, body: string): WebhookHeaders => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at / 1000)),
  "webhook-signature": new Webhook(secret).sign(id, new Date(at), body),
});

/**
 * A signing secret, `whsec_` and base64 of 32 bytes, that whoever has `key` can work out again and nobody else: HMAC-SHA-256
 * under `key` of `{subject}.0.`, which is what the library signs for an empty message of that id at the beginning of time.
 */
export function deriveWebhookSecret(key: string, subject: string): string {
  const signature = new Webhook(new TextEncoder().encode(key), { format: "raw" }).sign(subject, new Date(0), "");
  return `whsec_${signature.slice("v1,".length)}`;
}
