import type { Database } from "../db/client.ts";
import type { teams } from "../db/schema/index.ts";

/** What a team sets for itself: every column of `teams` but its ids and counters. */
export type TeamSettings = Omit<typeof teams.$inferSelect, "id" | "accountId" | "eventsAccepted" | "createdAt">;

/** An integration that reports for its team. `timeoutMs`: the longest gap between heartbeats that extends a block. */
export type ActingIntegration = { id: string; timeoutMs: number };

/**
 * The key that a request came with, as D1 has it: its digest, and in UTC milliseconds when it was made and when it expires;
 * null where it does not.
 */
export type ActingKey = { digest: string; createdAt: number; expiresAt: number | null };

/** Who is asking: a key acts for one team, on behalf of one integration or of the whole team. */
export type Actor = {
  accountId: string;
  teamId: string;
  team: TeamSettings;
  /** See `accounts.directory_version`. */
  directoryVersion: number;
  /** Null for the team key. */
  integration: ActingIntegration | null;
  key: ActingKey;
};

/** What a verb works with: the account's database, the teams' Durable Objects, and the time in UTC milliseconds. */
export type SystemContext = { db: Database; objects: Env["TEAM_PRESENCE"]; now: number };

/** What a verb works with when it acts for a caller. */
export type ServiceContext = SystemContext & { actor: Actor };

/** Who acts on a whole account, and on which: the operator of the deployment, who holds the secret `SETUP_TOKEN`. */
export type Administrator = { kind: "operator"; accountId: string };

/** What a verb works with when it acts on a whole account. */
export type AdministratorContext = SystemContext & { administrator: Administrator };
