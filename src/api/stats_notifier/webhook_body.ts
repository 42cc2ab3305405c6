import { formatInstant } from "../../lib/instant.ts";
import type { ShownWebhook } from "../../subscriptions/webhooks/service.ts";
import type { Delivery } from "../../subscriptions/webhooks/webhook.ts";

/** Shows a webhook; with its secret where the secret is new. */
export const webhookBody = ({ url, disabledAt, failingSince, secret }: ShownWebhook) => ({
  url,
  status: disabledAt === null ? "active" : "disabled",
  failing_since: instant(failingSince),
  disabled_at: instant(disabledAt),
  ...(secret !== undefined && { secret }),
});

/** Shows a webhook after a rotation: until when messages are signed with the former secret too. */
export const rotatedBody = (webhook: ShownWebhook) => ({
  ...webhookBody(webhook),
  previous_secret_until: instant(webhook.previousSecretUntil),
});

/** Shows one line of the delivery log. */
export const deliveryBody = (row: Delivery) => ({
  id: row.id,
  message_id: row.messageId,
  attempt: row.attempt,
  attempted_at: formatInstant(row.attemptedAt),
  duration_ms: row.durationMs,
  delivered: row.error === null,
  status_code: row.statusCode,
  error: row.error,
});

const instant = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));
