/** The webhook of a subscription. Times are UTC milliseconds. */
export type Webhook = {
  subscriptionId: string;
  url: string;
  /** Counts the secrets it has had; each version has its own secret. */
  secretVersion: number;
  /** Until when the secret from before the last rotation signs messages too; null without a rotation. */
  previousSecretUntil: number | null;
  /** Since when every attempt has failed; null after a success. */
  failingSince: number | null;
  disabledAt: number | null;
};

/** One attempt to deliver a message. */
export type Delivery = {
  id: string;
  messageId: string;
  attempt: number;
  attemptedAt: number;
  durationMs: number;
  /** Null where the receiver did not answer. */
  statusCode: number | null;
  /** Null where the receiver accepted the message. */
  error: string | null;
};
