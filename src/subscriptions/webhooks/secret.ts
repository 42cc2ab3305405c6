import { DAY_MS } from "../../lib/duration.ts";
import { deriveWebhookSecret } from "../../lib/webhook.ts";

/** Characters of the shortest signing key: the secret of one webhook must not help to guess the key of all. */
const MIN_KEY_LENGTH = 32;

/** What a caller reads where the deployment cannot sign. */
export const KEY_MISSING = `This deployment cannot sign webhooks yet: its operator has to run \`npx wrangler secret put WEBHOOK_SIGNING_KEY\` and give it at least ${MIN_KEY_LENGTH} random characters`;

/** Returns the value of WEBHOOK_SIGNING_KEY, from which all webhook secrets are derived; null where it is unset or too short. */
export const signingKey = (value = ""): string | null => (value.length >= MIN_KEY_LENGTH ? value : null);

/** The webhook that a secret belongs to, and which of its secrets it is. */
export type SecretOwner = { subscriptionId: string; secretVersion: number };

/** How long the former secret signs messages too after a rotation, so that a receiver need not change at the same moment. */
export const SECRET_OVERLAP_MS = DAY_MS;

/** A webhook, and the secret from before its last rotation. */
export type RotatedSecretOwner = SecretOwner & {
  previousSecretVersion: number | null;
  previousSecretUntil: number | null;
};

/** Lists the secrets that sign a message at `now`: the present one, and after a rotation the former one for a day. */
export function signingSecrets(key: string, owner: RotatedSecretOwner, now: number): string[] {
  const { previousSecretVersion: version, previousSecretUntil: until } = owner;
  const hasFormer = version !== null && until !== null && now < until;
  return [owner, ...(hasFormer ? [{ ...owner, secretVersion: version }] : [])].map((one) => secretOf(key, one));
}

/** Derives the signing secret of a webhook, `whsec_...`. It is not stored. */
export const secretOf = (key: string, { subscriptionId, secretVersion }: SecretOwner): string =>
  deriveWebhookSecret(key, `${subscriptionId}.${secretVersion}`);
