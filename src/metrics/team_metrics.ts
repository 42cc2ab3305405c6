import type { Metric } from "./exposition.ts";

/** What is measured of a team: by its object, by D1, and how long the oldest change waits to be counted. */
type Measured = Record<
  | ("present" | "openBlocks" | "outbox" | "viewers" | "heartbeats" | "since")
  | ("eventsAccepted" | "subscriptions" | "webhooksWaiting" | "webhooksDisabled" | "webhookFailures" | "lagMs"),
  number
>;

/** The metrics of a team, by the names under which they are scraped. */
export const teamMetrics = (of: Measured): Metric[] => [
  gauge("people_present", "People of whom some tool reports a status.", of.present),
  gauge("open_blocks", "Activity blocks that have not ended.", of.openBlocks),
  gauge("live_viewers", "WebSockets that watch the team's presence.", of.viewers),
  gauge("outbox_blocks", "Blocks that wait to be written to D1.", of.outbox),
  counter("heartbeats", "Presence updates accepted since the team's object last woke.", of.heartbeats, of.since),
  counter("events_accepted", "Activity events accepted that were new or changed.", of.eventsAccepted),
  gauge("subscriptions", "Active subscriptions.", of.subscriptions),
  gauge(
    "refresh_lag_seconds",
    "For how long the oldest change has waited for its subscribers' snapshots.",
    of.lagMs / 1000,
  ),
  gauge("webhooks_waiting", "Webhook messages that wait to be delivered.", of.webhooksWaiting),
  gauge("webhooks_disabled", "Webhooks that were given up: after days of failure, or a 410.", of.webhooksDisabled),
  gauge("webhook_failures", "Attempts to deliver that failed, of the webhooks there are now.", of.webhookFailures),
];

const named = (name: string) => `rollcall_${name}`;
const gauge = (name: string, help: string, value: number): Metric => ({
  type: "gauge",
  name: named(name),
  help,
  value,
});
const counter = (name: string, help: string, value: number, createdAt?: number): Metric => ({
  ...{ type: "counter", name: named(name), help, value },
  ...(createdAt !== undefined && { createdAt }),
});
