import { deriveWebhookSecret } from "../../lib/webhook.ts";

/** 32 characters: whoever holds one webhook's secret must not guess the key that all of them come from. */
const MIN_KEY_LENGTH = 32;

/** What an operator has to do whose deployment cannot sign. */
export const KEY_MISSING = `This deployment cannot sign webhooks yet: its operator has to run \`npx wrangler secret put WEBHOOK_SIGNING_KEY\` and give it at least ${MIN_KEY_LENGTH} random characters`;

/** The deployment's key, from which the secrets of its webhooks are derived; null where there is none, or one too short. */
export const signingKey = ({ WEBHOOK_SIGNING_KEY: key = "" }: { WEBHOOK_SIGNING_KEY?: string }): string | null =>
  key.length >= MIN_KEY_LENGTH ? key : null;

/** Which webhook a secret belongs to, and which of its secrets it is. */
export type SecretOwner = { subscriptionId: string; secretVersion: number };

/** The signing secret of a webhook, `whsec_...`. It is stored nowhere. */
export const secretOf = (key: string, { subscriptionId, secretVersion }: SecretOwner): string =>
  deriveWebhookSecret(key, `${subscriptionId}.${secretVersion}`);
