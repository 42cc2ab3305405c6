import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { pageByTime } from "../../http/schema.ts";
import { cutPage } from "../../lib/cursor.ts";
import { badRequest, Failure } from "../../lib/failure.ts";
import { KEY_MISSING, secretOf, signingKey } from "../../subscriptions/webhooks/secret.ts";
import {
  findWebhook,
  listDeliveries,
  removeWebhook,
  rotateSecret,
  setWebhook,
} from "../../subscriptions/webhooks/store.ts";
import { ownHostProblem } from "../../subscriptions/webhooks/url.ts";
import { requireSubscription } from "./subscription_guard.ts";
import { deliveryBody, type WebhookRow, webhookBody } from "./webhook_body.ts";

/** The webhook of a subscription: what was delivered, and a new secret. Its URL is a field of the subscription. */
export const webhookRoutes = new Hono<AppContext>()
  .get("/:id/deliveries", guard("either"), query(pageByTime), async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const { id } = await requireSubscription(c, c.req.param("id"));
    const found = await listDeliveries(c.get("db"), c.get("actor"), id, { limit: limit + 1, cursor });
    const { rows, nextCursor } = cutPage(found, limit, ({ attemptedAt, id }) => ({ at: attemptedAt, id }));
    return c.json({ data: rows.map(deliveryBody), next_cursor: nextCursor });
  })
  .post("/:id/webhook/rotate", guard("either"), async (c) => {
    const { id } = await requireSubscription(c, c.req.param("id"));
    const key = requireKey(c);
    const row = await rotateSecret(c.get("db"), c.get("actor"), id, Date.now());
    if (!row) throw new ApiError("not_found", { text: "Not found: the subscription has no webhook_url" });
    return c.json({ webhook: withSecret(c, row, key) });
  });

/**
 * Refuses a `webhook_url` that no webhook can be made of: 400 for one that leads back to this deployment, 422 where the
 * deployment cannot sign. For handlers that do something else first; `applyWebhook` asks by itself.
 */
export function requireWebhook(c: Context<AppContext>, url: string | null | undefined): void {
  if (url) mayLeadTo(c, url);
}

/**
 * Sets the webhook of an active subscription of the caller's team, or takes it away where `url` is null, and gives its body,
 * or null: with its secret, which is shown this once, unless it was so already. 404 where there is no such subscription.
 */
export async function applyWebhook(c: Context<AppContext>, subscriptionId: string, url: string | null) {
  const [db, actor] = [c.get("db"), c.get("actor")];
  if (url === null) {
    await removeWebhook(db, actor, subscriptionId);
    return null;
  }
  const key = mayLeadTo(c, url);
  const row = await setWebhook(db, actor, subscriptionId, url, Date.now());
  if (row) return withSecret(c, row, key);
  const standing = await findWebhook(db, actor, subscriptionId);
  if (!standing) throw new ApiError("not_found");
  return webhookBody(standing);
}

function mayLeadTo(c: Context<AppContext>, url: string): string {
  const problem = ownHostProblem(url, c.req.url);
  if (problem !== null) throw badRequest([{ path: "webhook_url", message: problem }]);
  return requireKey(c);
}

function requireKey(c: Context<AppContext>): string {
  const key = signingKey(c.env);
  if (key === null) throw new Failure("unprocessable", { text: KEY_MISSING, errors: { webhook_url: [KEY_MISSING] } });
  return key;
}

function withSecret(c: Context<AppContext>, row: WebhookRow, key: string) {
  // Nothing on the way may keep the secret.
  c.header("Cache-Control", "no-store");
  return webhookBody(row, secretOf(key, row));
}
