import { deriveWebhookSecret } from "../../lib/webhook.ts";

/** Characters of the shortest signing key: the secret of one webhook must not help to guess the key of all. */
const MIN_KEY_LENGTH = 32;

/** What a caller reads where the deployment cannot sign. */
export const KEY_MISSING = `This deployment cannot sign webhooks yet: its operator has to run \`npx wrangler secret put WEBHOOK_SIGNING_KEY\` and give it at least ${MIN_KEY_LENGTH} random characters`;

/** Returns the value of WEBHOOK_SIGNING_KEY, from which all webhook secrets are derived; null where it is unset or too short. */
export const signingKey = (value = ""): string | null => (value.length >= MIN_KEY_LENGTH ? value : null);

/** The webhook that a secret belongs to, and which of its secrets it is. */
export type SecretOwner = { subscriptionId: string; secretVersion: number };

/** Derives the signing secret of a webhook, `whsec_...`. It is not stored. */
export const secretOf = (key: string, { subscriptionId, secretVersion }: SecretOwner): string =>
  deriveWebhookSecret(key, `${subscriptionId}.${secretVersion}`);
