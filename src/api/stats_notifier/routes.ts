import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { wholeSeconds } from "../../lib/instant.ts";
import { openBlocks } from "../../presence/stub.ts";
import { refreshPerson } from "../../statistics/snapshot_store.ts";
import {
  changeWindow,
  listSubscriptions,
  type SubscriptionRow,
  subscribe,
  unsubscribe,
} from "../../subscriptions/store.ts";
import { findWebhook } from "../../subscriptions/webhooks/store.ts";
import { requirePerson, requireSubject } from "../rollcall/person_guard.ts";
import { newSubscription, subscriptionChange, subscriptionsQuery } from "./schema.ts";
import { listedBody, numbersBody, subscriptionBody } from "./subscription_body.ts";
import { requireSubscription } from "./subscription_guard.ts";
import { webhookBody } from "./webhook_body.ts";
import { applyWebhook, requireWebhook, webhookRoutes } from "./webhooks_routes.ts";

const subscriptionRoutes = new Hono<AppContext>()
  .get("/", guard("either"), query(subscriptionsQuery), async (c) => {
    const { page, limit, status, user_id: reference } = c.req.valid("query");
    // Of somebody removed from the team too: what was subscribed of theirs is there to be found, and ended.
    const person = reference === undefined ? undefined : await requireSubject(c, reference);
    const filter = { status, personId: person?.id };
    const { rows, total } = await listSubscriptions(c.get("db"), c.get("actor"), filter, { page, limit });
    return c.json({ data: rows.map(listedBody), pagination: { page, limit, total } });
  })
  .get("/:id", guard("either"), async (c) => {
    const subscription = await current(c, await requireSubscription(c, c.req.param("id")));
    const webhook = await findWebhook(c.get("db"), c.get("actor"), subscription.id);
    const shown = webhook && { webhook: webhookBody(webhook) };
    return c.json({ ...listedBody(subscription), ...numbersBody(subscription), ...shown });
  })
  .post("/", guard("either"), jsonBody(newSubscription), async (c) => {
    const { user_id: reference, time_window: timeWindow, webhook_url: url } = c.req.valid("json");
    const person = await requirePerson(c, reference, "user_id");
    requireWebhook(c, url);
    const wanted = { personId: person.id, timeWindow };
    const { id, isNew } = await subscribe(c.get("db"), c.get("actor"), wanted, Date.now());
    const subscription = await refreshed(c, id, person.id);
    // Last: its secret is shown this once, and what fails must not take it along.
    const webhook = await webhookSet(c, id, url);
    const numbers = { ...subscriptionBody(subscription), ...numbersBody(subscription) };
    const headers = { Location: `/api/v1/stats-notifications/${id}` };
    const body = { ...numbers, created_at: wholeSeconds(subscription.createdAt), ...webhook };
    return c.json(body, isNew ? 201 : 200, headers);
  })
  .put("/:id", guard("either"), jsonBody(subscriptionChange), async (c) => {
    const before = await requireSubscription(c, c.req.param("id"));
    const { time_window: timeWindow = before.timeWindow, webhook_url: url } = c.req.valid("json");
    requireWebhook(c, url);
    const isOther = timeWindow !== before.timeWindow;
    if (isOther && !(await changeWindow(c.get("db"), c.get("actor"), before, timeWindow, Date.now()))) {
      throw new ApiError("conflict", { text: `user_id is subscribed to the ${timeWindow} window already` });
    }
    const subscription = await current(c, await requireSubscription(c, before.id));
    const webhook = await webhookSet(c, before.id, url);
    return c.json({
      ...subscriptionBody(subscription),
      updated_at: wholeSeconds(subscription.updatedAt),
      ...webhook,
    });
  })
  .delete("/:id", guard("either"), async (c) => {
    const { id } = await requireSubscription(c, c.req.param("id"));
    if (!(await unsubscribe(c.get("db"), c.get("actor"), id, Date.now()))) throw new ApiError("gone");
    return c.json({ deleted: true, notification_id: id });
  })
  .post("/:id/refresh", guard("either"), async (c) => {
    const { id, personId } = await requireSubscription(c, c.req.param("id"));
    const subscription = await refreshed(c, id, personId);
    return c.json({
      notification_id: id,
      refreshed: true,
      refreshed_at: wholeSeconds(subscription.lastRefreshedAt),
      ...numbersBody(subscription),
    });
  })
  .route("/", webhookRoutes);

/** Subscriptions (Stats Notifier). Its document prints their path twice over: see src/http/path.ts. */
export const notificationsRoutes = new Hono<AppContext>().route("/stats-notifications", subscriptionRoutes);

/** What an answer says of a webhook: nothing, where the request did. */
const webhookSet = async (c: Context<AppContext>, id: string, url: string | null | undefined) =>
  url === undefined ? {} : { webhook: await applyWebhook(c, id, url) };

/** The subscription with its numbers as D1 knows them, which lags behind open blocks by a checkpoint. */
async function current(c: Context<AppContext>, subscription: SubscriptionRow): Promise<SubscriptionRow> {
  const now = Date.now();
  if (!subscription.stale && now < subscription.endsAt) return subscription;
  await refreshPerson(c.get("db"), c.get("actor"), subscription.personId, now);
  return requireSubscription(c, subscription.id);
}

/** The subscription with its numbers up to the person's last heartbeat. */
async function refreshed(c: Context<AppContext>, id: string, personId: string): Promise<SubscriptionRow> {
  const [db, actor] = [c.get("db"), c.get("actor")];
  await openBlocks(c.env, actor, personId);
  await refreshPerson(db, actor, personId, Date.now(), id);
  return requireSubscription(c, id);
}
