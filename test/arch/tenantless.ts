/** Exported functions of stores that take no tenant, and why. One that is gone, or takes a tenant now, must leave the list. */
export const TENANTLESS: Record<string, string> = {
  "src/auth/store.ts: findKey": "a key is what tells the tenant; its digest is 256 bits that nobody guesses",
  "src/auth/store.ts: isUseDue": "decides about a key that was found, and queries nothing",
  "src/auth/store.ts: recordUse": "takes the integration whose own key was just shown",
  "src/checkins/reports/morning_store.ts: dueTeams": "the cron serves every team",
  "src/checkins/reports/morning_store.ts: teamZones":
    "the cron asks which zones there are, and of no team in particular",
  "src/checkins/reports/store.ts: makeReports": "takes a page of teams, each report with its own",
  "src/events/count_store.ts: countEvents": "takes many people, each with their own tenant",
  "src/statistics/rollup_store.ts: rollUp": "takes many people, each with their own tenant",
  "src/statistics/snapshot_store.ts: refreshPeople": "takes many people, each with their own team",
  "src/statistics/snapshot_store.ts: refreshRolledOver": "the cron serves every team",
  "src/statistics/stale_store.ts: isAnythingDue": "the cron serves every team; it learns yes or no",
  "src/statistics/stale_store.ts: leaseClock": "the clock is of the whole deployment",
  "src/statistics/stale_store.ts: listStale": "the cron serves every team",
  "src/statistics/stale_store.ts: moveClock": "the clock is of the whole deployment",
  "src/statistics/stale_store.ts: releaseClock": "the clock is of the whole deployment",
  "src/presence/blocks/stretch_store.ts: heldInStretches": "takes many people, each with their own tenant",
  "src/subscriptions/webhooks/delivery_store.ts: claimDue": "the cron sends every team's messages",
  "src/subscriptions/webhooks/delivery_store.ts: isAnyDue": "the cron asks whether there are any, and not whose",
  "src/subscriptions/webhooks/delivery_store.ts: saveAttempts":
    "takes what was claimed, each message of one subscription, whose row says the team",
  "src/retention/archive_store.ts: archiveBlocks": "the cron serves every team; each person comes with their own",
  "src/retention/archive_store.ts: archiveEvents": "the cron serves every team; each event comes with its own",
  "src/retention/archive_store.ts: removeOrphans":
    "the cron serves every team; takes ids that were read for their teams",
  "src/retention/expired_store.ts: expiredBlocks": "takes many people, each with their own tenant",
  "src/retention/expired_store.ts: expiredEvents": "takes many teams",
  "src/retention/expired_store.ts: expiringPeople": "takes many teams",
  "src/retention/expired_store.ts: listKeepers": "the cron serves every team",
  "src/people/store.ts: mergedPersonIds": "a part of queries that take the team themselves",
  "src/presence/blocks/store.ts: teamsHeard": "the cron serves every team; it learns ids and nothing else of theirs",
};
