import { Webhook } from "standardwebhooks";

/** The headers of a Standard Webhooks message: its id, the time it is sent, in whole seconds, and the signature. */
export type WebhookHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/**
 * Makes the headers of a message that is sent at `at` (UTC milliseconds), signed with each of the secrets `whsec_...`. A
 * receiver accepts a message if one of the signatures is right (Standard Webhooks, "Signature scheme").
 */
export const webhookHeaders = (secrets: readonly string[], id: string, at: number, body: string): WebhookHeaders => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(at / 1000)),
  "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body)).join(" "),
});

/**
 * Derives a signing secret, `whsec_` and base64 of 32 bytes, from the deployment's key: HMAC-SHA-256 under `key` of
 * `{subject}.0.`, which is what the library signs for an empty message with that id at time 0.
 */
export function deriveWebhookSecret(key: string, subject: string): string {
  const signature = new Webhook(new TextEncoder().encode(key), { format: "raw" }).sign(subject, new Date(0), "");
  return `whsec_${signature.slice("v1,".length)}`;
}
