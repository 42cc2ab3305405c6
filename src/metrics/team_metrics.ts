import type { Metric } from "./exposition.ts";

/** The measurements of a team. `since`, UTC milliseconds, is when the object began to count `heartbeats`. */
type Measurements = Record<
  | ("present" | "openBlocks" | "outbox" | "viewers" | "heartbeats" | "since")
  | (
      | "eventsAccepted"
      | "identitiesRefused"
      | "subscriptions"
      | "webhooksWaiting"
      | "webhooksDisabled"
      | "webhookFailures"
      | "lagMs"
    ),
  number
>;

/** Names and describes the measurements of a team. */
export const teamMetrics = (team: Measurements): Metric[] => [
  gauge("people_present", "People with a current presence status.", team.present),
  gauge("open_blocks", "Activity blocks that have not ended.", team.openBlocks),
  gauge("live_viewers", "Open WebSockets that receive the team's presence.", team.viewers),
  gauge("outbox_blocks", "Blocks that wait to be written to D1.", team.outbox),
  counter("heartbeats", "Presence updates accepted since the team's object started.", team.heartbeats, team.since),
  counter("events_accepted", "Activity events accepted that were new or changed.", team.eventsAccepted),
  counter(
    "identities_refused",
    "Users and events of tools refused because their person was new and the limit of the day was reached.",
    team.identitiesRefused,
  ),
  gauge("subscriptions", "Active subscriptions.", team.subscriptions),
  gauge(
    "refresh_lag_seconds",
    "Time since the oldest change that is not yet in the numbers of a subscription.",
    team.lagMs / 1000,
  ),
  gauge("webhooks_waiting", "Webhook messages that wait to be delivered.", team.webhooksWaiting),
  gauge(
    "webhooks_disabled",
    "Webhooks disabled after days of failed attempts or an answer with status 410.",
    team.webhooksDisabled,
  ),
  gauge("webhook_failures", "Failed delivery attempts of the existing webhooks.", team.webhookFailures),
];

const nameOf = (metric: string): string => `rollcall_${metric}`;

const gauge = (metric: string, help: string, value: number): Metric => ({
  type: "gauge",
  name: nameOf(metric),
  help,
  value,
});

const counter = (metric: string, help: string, value: number, createdAt?: number): Metric => ({
  type: "counter",
  name: nameOf(metric),
  help,
  value,
  ...(createdAt !== undefined && { createdAt }),
});
