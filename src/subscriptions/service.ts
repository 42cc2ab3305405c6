import type { ServiceContext } from "../auth/actor.ts";
import { conflict, Failure } from "../lib/failure.ts";
import { requirePerson, requireSubject } from "../people/lookup_service.ts";
import { flushBlocks } from "../presence/stub.ts";
import { refreshPerson } from "../statistics/service.ts";
import type { TimeWindow } from "../statistics/window.ts";
import { requireSubscription } from "./lookup_service.ts";
import * as store from "./store.ts";
import type { Subscription } from "./subscription.ts";
import { type Deployment, requireWebhookTarget, type ShownWebhook, setWebhook } from "./webhooks/service.ts";
import { findWebhook } from "./webhooks/store.ts";
import type { Webhook } from "./webhooks/webhook.ts";

type Page = { page: number; limit: number };

/**
 * Lists one page of the team's subscriptions, oldest first, and how many there are. `person` is a reference; it may name a
 * person who was removed from the team, whose subscriptions can still be found and ended.
 */
export async function listSubscriptions(
  context: ServiceContext,
  { status, person: reference }: { status: Subscription["status"]; person?: string | undefined },
  page: Page,
): Promise<{ rows: Subscription[]; total: number }> {
  const person = reference === undefined ? undefined : await requireSubject(context, reference);
  return store.listSubscriptions(context.db, context.actor, { status, personId: person?.id }, page);
}

/** Returns a subscription with its numbers as D1 knows them (see `updated`), and its webhook. */
export async function getSubscription(
  context: ServiceContext,
  id: string,
): Promise<{ subscription: Subscription; webhook: Webhook | null }> {
  const subscription = await updated(context, await requireSubscription(context, id));
  return { subscription, webhook: await findWebhook(context.db, context.actor, subscription.id) };
}

/** What to do with the webhook: undefined leaves it as it is, null removes it. */
type WebhookChange = { url: string | null | undefined; deployment: Deployment };

/** A subscription, and its webhook where the request said something of it. */
type Changed = { subscription: Subscription; webhook: ShownWebhook | null | undefined };

/**
 * Subscribes a person to a window, and refreshes its numbers. Where they are subscribed to it already, that subscription is
 * refreshed and returned. Fails with `not_found` for an unknown person, and as `setWebhook`.
 */
export async function subscribe(
  context: ServiceContext,
  { person: reference, timeWindow }: { person: string; timeWindow: TimeWindow },
  { url, deployment }: WebhookChange,
): Promise<Changed & { isNew: boolean }> {
  const person = await requirePerson(context, reference, "user_id");
  if (url) requireWebhookTarget(deployment, url);
  const wanted = { personId: person.id, timeWindow };
  const { id, isNew } = await store.subscribe(context.db, context.actor, wanted, context.now);
  const subscription = await refreshed(context, id, person.id);
  // The webhook comes last: its secret is shown only once, and an error after it would lose the secret.
  const webhook = url === undefined ? undefined : await setWebhook(context, id, url, deployment);
  return { subscription, webhook, isNew };
}

/**
 * Changes the window of a subscription, its webhook, or both. Fails with `not_found`, with `gone`, as `setWebhook`, and with
 * `conflict` where the person is subscribed to that window already.
 */
export async function changeSubscription(
  context: ServiceContext,
  id: string,
  timeWindow: TimeWindow | undefined,
  { url, deployment }: WebhookChange,
): Promise<Changed> {
  const { db, actor, now } = context;
  const before = await requireSubscription(context, id);
  if (url) requireWebhookTarget(deployment, url);
  const isOther = timeWindow !== undefined && timeWindow !== before.timeWindow;
  if (isOther && !(await store.changeWindow(db, actor, before, timeWindow, now))) {
    throw conflict(`user_id is subscribed to the ${timeWindow} window already`);
  }
  const subscription = await updated(context, await requireSubscription(context, before.id));
  const webhook = url === undefined ? undefined : await setWebhook(context, before.id, url, deployment);
  return { subscription, webhook };
}

/** Removes a subscription and its webhook. Fails with `not_found`, and with `gone` where it was removed already. */
export async function removeSubscription(context: ServiceContext, reference: string): Promise<string> {
  const { id } = await requireSubscription(context, reference);
  if (!(await store.unsubscribe(context.db, context.actor, id, context.now))) throw new Failure("gone");
  return id;
}

/** Refreshes the numbers of a subscription up to the person's last heartbeat. Fails with `not_found` and `gone`. */
export async function refreshSubscription(context: ServiceContext, reference: string): Promise<Subscription> {
  const { id, personId } = await requireSubscription(context, reference);
  return refreshed(context, id, personId);
}

/**
 * Recounts what has changed, and returns the subscription with its present window. Open blocks count up to their last
 * checkpoint: the team's object is not asked.
 */
async function updated(context: ServiceContext, subscription: store.SubscriptionRow): Promise<Subscription> {
  if (!subscription.stale && context.now < subscription.endsAt) return subscription;
  await refreshPerson(context, subscription.personId);
  return requireSubscription(context, subscription.id);
}

/** As `updated`, once the team's object has saved the person's open blocks. */
async function refreshed(context: ServiceContext, id: string, personId: string): Promise<Subscription> {
  await flushBlocks(context.objects, context.actor, personId);
  await refreshPerson(context, personId, id);
  return requireSubscription(context, id);
}
