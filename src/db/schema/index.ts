export * from "./accounts.ts";
export * from "./events.ts";
export * from "./integrations.ts";
export * from "./people.ts";
export * from "./presence.ts";
