import type { StatusClasses } from "../blocks/status.ts";

/** What an object stores about its team. */
export type TeamRecord = {
  accountId: string;
  teamId: string;
  /** The account's directory version as of the last complete read; 0 before the first one. */
  directoryVersion: number;
  statusClasses: StatusClasses;
  storesDetails: boolean;
  /** Presence timeouts by integration, in milliseconds. */
  timeouts: Record<string, number>;
  /** How many identities each integration created on its latest UTC day with any, as far as the object knows. */
  newIdentities?: Record<string, { day: string; created: number }>;
  /** When the open blocks are written to D1 next, in UTC milliseconds. */
  checkpointAt: number;
};

/** The timeout of an integration that is inactive, removed or unknown: its open blocks end at their last heartbeat. */
export const INACTIVE_TIMEOUT_MS = 0;

/** Returns the presence timeout of an integration, in milliseconds. */
export const timeoutOf = (team: TeamRecord | null, integrationId: string): number =>
  team?.timeouts[integrationId] ?? INACTIVE_TIMEOUT_MS;
