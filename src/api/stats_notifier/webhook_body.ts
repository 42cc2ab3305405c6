import { formatInstant } from "../../lib/instant.ts";

/** A webhook as the store reads it: times in UTC milliseconds. */
export type WebhookRow = {
  subscriptionId: string;
  url: string;
  secretVersion: number;
  failingSince: number | null;
  disabledAt: number | null;
};

/** A webhook as the API shows it; with its secret, in the one answer that does. */
export const webhookBody = (row: WebhookRow, secret?: string) => ({
  url: row.url,
  status: row.disabledAt === null ? "active" : "disabled",
  failing_since: instant(row.failingSince),
  disabled_at: instant(row.disabledAt),
  ...(secret !== undefined && { secret }),
});

/** One attempt to deliver a message, as the store reads it. */
export type DeliveryRow = {
  id: string;
  messageId: string;
  attempt: number;
  attemptedAt: number;
  durationMs: number;
  statusCode: number | null;
  error: string | null;
};

/** One line of the delivery log. */
export const deliveryBody = (row: DeliveryRow) => ({
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
