import type { Context } from "hono";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { findSubscription, type SubscriptionRow } from "../../subscriptions/store.ts";

/** An active subscription of the caller's team, or a 404; 410 for one that was removed. */
export async function requireSubscription(c: Context<AppContext>, id: string): Promise<SubscriptionRow> {
  const found = await findSubscription(c.get("db"), c.get("actor"), id);
  if (!found) throw new ApiError("not_found");
  if (found.status === "removed") throw new ApiError("gone");
  return found;
}
