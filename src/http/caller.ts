/** Who is calling, as the guard read it: always one team, and the integration where its key was shown. */
export type Caller = {
  accountId: string;
  teamId: string;
  teamSlug: string;
  teamTimeZone: string;
  /** See `accounts.directory_version`. */
  directoryVersion: number;
  integration: { id: string; timeoutMs: number } | null;
};
