export * from "./accounts.ts";
export * from "./checkins.ts";
export * from "./events.ts";
export * from "./integrations.ts";
export * from "./people.ts";
export * from "./presence.ts";
export * from "./statistics.ts";
export * from "./subscriptions.ts";
