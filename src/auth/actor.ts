/** Who is calling, as the guard read it: always one team, and the integration where its key was shown. */
export type Caller = {
  accountId: string;
  teamId: string;
  teamSlug: string;
  teamName: string;
  teamTimeZone: string;
  /** ISO weekdays, 1 = Monday. */
  workDays: number[];
  /** The team's own check-in questions, as far as they differ from the usual ones. */
  questions: Record<string, string>;
  /** Folded statuses that the team counts otherwise than usual: whether each is working. */
  statusClasses: Record<string, boolean>;
  /** Whether the team stores the `details` of presence and events. */
  storesDetails: boolean;
  /** For how many days the team keeps presence and events; null: for ever. */
  retentionDays: number | null;
  /** See `teams.archived_until`. */
  archivedUntil: number | null;
  /** See `accounts.directory_version`. */
  directoryVersion: number;
  integration: { id: string; timeoutMs: number } | null;
};
