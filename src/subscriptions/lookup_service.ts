import type { ServiceContext } from "../auth/actor.ts";
import { Failure, notFound } from "../lib/failure.ts";
import { findSubscription, type SubscriptionRow } from "./store.ts";

/** Finds an active subscription of the team. Fails with `not_found`, and with `gone` for a removed one. */
export async function requireSubscription(
  { db, actor }: Pick<ServiceContext, "db" | "actor">,
  id: string,
): Promise<SubscriptionRow> {
  const subscription = await findSubscription(db, actor, id);
  if (!subscription) throw notFound();
  if (subscription.status === "removed") throw new Failure("gone");
  return subscription;
}
