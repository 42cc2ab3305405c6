import type { SystemContext } from "../../auth/actor.ts";
import { type Answer, retryAfter, TIMEOUT_MS } from "./attempt.ts";
import { deliverDueMessages, hasDueMessages } from "./delivery_service.ts";
import { signingKey } from "./secret.ts";

/**
 * Sends the webhook messages that are due. `keyValue` is the value of WEBHOOK_SIGNING_KEY; where it cannot sign, this logs
 * that messages wait.
 */
export async function deliverWebhooks(
  context: Pick<SystemContext, "db" | "now">,
  keyValue: string | undefined,
  send: typeof fetch = fetch,
): Promise<void> {
  const key = signingKey(keyValue);
  if (key !== null) {
    const post = (url: string, headers: Record<string, string>, body: string) => postMessage(send, url, headers, body);
    return deliverDueMessages(context, key, { post, clock: Date.now });
  }
  if (await hasDueMessages(context)) console.error("webhooks: messages wait for the secret WEBHOOK_SIGNING_KEY");
}

async function postMessage(
  send: typeof fetch,
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<Answer> {
  try {
    const response = await send(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "User-Agent": "Rollcall", ...headers },
      body,
      // The target of a redirect was not validated.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Only the status counts. A receiver may send an endless body, or break off, which makes the cancel fail.
    await response.body?.cancel().catch(() => {});
    return { status: response.status, waitMs: retryAfter(response.headers.get("Retry-After"), Date.now()) };
  } catch (error) {
    return { status: null, timedOut: error instanceof Error && error.name === "TimeoutError" };
  }
}
