import type { ServiceContext } from "../../auth/actor.ts";
import { type Cursor, cutPage } from "../../lib/cursor.ts";
import { badRequest, Failure, notFound } from "../../lib/failure.ts";
import { requireSubscription } from "../lookup_service.ts";
import { KEY_MISSING, secretOf } from "./secret.ts";
import * as store from "./store.ts";
import { ownHostProblem, readWebhookUrl } from "./url.ts";
import type { Webhook } from "./webhook.ts";

/**
 * What a webhook needs to know of the deployment: the key that secrets are derived from, its own URL, and whether receivers
 * may be on localhost, which only `npm run dev` allows.
 */
export type Deployment = { signingKey: string | null; url: string; allowsLocalhost: boolean };

/** A webhook, with its secret in the one result that shows it. */
export type ShownWebhook = Webhook & { secret?: string };

/**
 * Checks that a webhook can be set to `url`, and returns the signing key. Fails with `bad_request` for a URL of this
 * deployment or on localhost, with `unprocessable` where the deployment has no signing key.
 */
export function requireWebhookTarget(deployment: Deployment, url: string): string {
  const problem = readWebhookUrl(url, deployment).problem ?? ownHostProblem(url, deployment.url);
  if (problem !== null) throw badRequest([{ path: "webhook_url", message: problem }]);
  return requireSigningKey(deployment);
}

function requireSigningKey({ signingKey }: Deployment): string {
  if (signingKey !== null) return signingKey;
  throw new Failure("unprocessable", { text: KEY_MISSING, errors: { webhook_url: [KEY_MISSING] } });
}

/**
 * Sets the webhook of an active subscription; removes it where `url` is null. A new URL gets a new secret, which is in
 * this result and nowhere else. Fails as `requireWebhookTarget`, and with `not_found` without such a subscription.
 */
export async function setWebhook(
  { db, actor, now }: ServiceContext,
  subscriptionId: string,
  url: string | null,
  deployment: Deployment,
): Promise<ShownWebhook | null> {
  if (url === null) {
    await store.removeWebhook(db, actor, subscriptionId);
    return null;
  }
  const signingKey = requireWebhookTarget(deployment, url);
  const changed = await store.setWebhook(db, actor, subscriptionId, url, now);
  if (changed) return { ...changed, secret: secretOf(signingKey, changed) };
  const unchanged = await store.findWebhook(db, actor, subscriptionId);
  if (!unchanged) throw notFound();
  return unchanged;
}

/** Gives a webhook a new secret, which is in this result and nowhere else. Fails with `not_found` without a webhook. */
export async function rotateWebhookSecret(
  context: ServiceContext,
  subscriptionId: string,
  deployment: Deployment,
): Promise<ShownWebhook> {
  const { db, actor, now } = context;
  const { id } = await requireSubscription(context, subscriptionId);
  const signingKey = requireSigningKey(deployment);
  const webhook = await store.rotateSecret(db, actor, id, now);
  if (!webhook) throw new Failure("not_found", { text: "Not found: the subscription has no webhook_url" });
  return { ...webhook, secret: secretOf(signingKey, webhook) };
}

/** Lists a page of a subscription's delivery log, newest first, and where the next page begins. */
export async function listDeliveries(
  context: ServiceContext,
  subscriptionId: string,
  { limit, cursor }: { limit: number; cursor?: (Cursor & { at: number }) | undefined },
) {
  const { id } = await requireSubscription(context, subscriptionId);
  const rows = await store.listDeliveries(context.db, context.actor, id, { limit: limit + 1, cursor });
  return cutPage(rows, limit, ({ attemptedAt, id }) => ({ at: attemptedAt, id }));
}
