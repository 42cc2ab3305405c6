import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { query } from "../../http/query.ts";
import { pageByTime } from "../../http/schema.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import {
  changeSubscription,
  getSubscription,
  listSubscriptions,
  refreshSubscription,
  removeSubscription,
  subscribe,
} from "../../subscriptions/service.ts";
import { numbersBody } from "../../subscriptions/subscription.ts";
import { signingKey } from "../../subscriptions/webhooks/secret.ts";
import {
  type Deployment,
  listDeliveries,
  rotateWebhookSecret,
  type ShownWebhook,
} from "../../subscriptions/webhooks/service.ts";
import { listedBody, subscriptionBody } from "./subscription_body.ts";
import { newSubscription, subscriptionChange, subscriptionsQuery } from "./subscriptions_schema.ts";
import { deliveryBody, rotatedBody, webhookBody } from "./webhook_body.ts";

const subscriptionRoutes = new Hono<AppContext>()
  .get("/", guard("either"), query(subscriptionsQuery), async function list(c) {
    const { page, limit, status, user_id: person } = c.req.valid("query");
    const { rows, total } = await listSubscriptions(serviceContext(c), { status, person }, { page, limit });
    return c.json({ data: rows.map(listedBody), pagination: { page, limit, total } });
  })
  .get("/:id", guard("either"), async function show(c) {
    const { subscription, webhook } = await getSubscription(serviceContext(c), c.req.param("id"));
    const body = { ...listedBody(subscription), ...numbersBody(subscription) };
    return c.json({ ...body, ...(webhook && { webhook: webhookBody(webhook) }) });
  })
  .post("/", guard("either"), jsonBody(newSubscription), async function create(c) {
    const { user_id: person, time_window: timeWindow, webhook_url: url } = c.req.valid("json");
    const change = { url, deployment: deployment(c) };
    const { subscription, webhook, isNew } = await subscribe(serviceContext(c), { person, timeWindow }, change);
    const numbers = { ...subscriptionBody(subscription), ...numbersBody(subscription) };
    const body = { ...numbers, created_at: wholeSeconds(subscription.createdAt), ...webhookField(webhook) };
    const headers = { Location: `/api/v1/stats-notifications/${subscription.id}`, ...cacheHeaders(webhook) };
    return c.json(body, isNew ? 201 : 200, headers);
  })
  .put("/:id", guard("either"), jsonBody(subscriptionChange), async function change(c) {
    const { time_window: timeWindow, webhook_url: url } = c.req.valid("json");
    const change = { url, deployment: deployment(c) };
    const { subscription, webhook } = await changeSubscription(
      serviceContext(c),
      c.req.param("id"),
      timeWindow,
      change,
    );
    const body = { ...subscriptionBody(subscription), updated_at: wholeSeconds(subscription.updatedAt) };
    return c.json({ ...body, ...webhookField(webhook) }, 200, cacheHeaders(webhook));
  })
  .delete("/:id", guard("either"), async function remove(c) {
    const id = await removeSubscription(serviceContext(c), c.req.param("id"));
    return c.json({ deleted: true, notification_id: id });
  })
  .post("/:id/refresh", guard("either"), async function refresh(c) {
    const subscription = await refreshSubscription(serviceContext(c), c.req.param("id"));
    return c.json({
      notification_id: subscription.id,
      refreshed: true,
      refreshed_at: wholeSeconds(subscription.lastRefreshedAt),
      ...numbersBody(subscription),
    });
  })
  .get("/:id/deliveries", guard("either"), query(pageByTime), async function deliveries(c) {
    const page = c.req.valid("query");
    const { rows, nextCursor } = await listDeliveries(serviceContext(c), c.req.param("id"), page);
    return c.json({ data: rows.map(deliveryBody), next_cursor: nextCursor });
  })
  .post("/:id/webhook/rotate", guard("either"), async function rotateSecret(c) {
    const webhook = await rotateWebhookSecret(serviceContext(c), c.req.param("id"), deployment(c));
    return c.json({ webhook: rotatedBody(webhook) }, 200, NO_STORE);
  });

/** Routes of subscriptions (Stats Notifier). Its document prints their path twice over: see src/http/path.ts. */
export const subscriptionsRoutes = new Hono<AppContext>().route("/stats-notifications", subscriptionRoutes);

const deployment = (c: Context<AppContext>): Deployment => ({
  signingKey: signingKey(c.env.WEBHOOK_SIGNING_KEY),
  url: c.req.url,
  allowsLocalhost: c.env.LOCAL_RECEIVERS === "true",
});

/** Shows the webhook where the request set or removed it. */
const webhookField = (webhook: ShownWebhook | null | undefined) =>
  webhook === undefined ? {} : { webhook: webhook && webhookBody(webhook) };

const cacheHeaders = (webhook: ShownWebhook | null | undefined): Record<string, string> =>
  webhook?.secret === undefined ? {} : NO_STORE;
