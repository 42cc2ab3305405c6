import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** When each cron expression last ran without a failure, for `GET /health`. One row each, made by a migration. */
export const cronRuns = sqliteTable("cron_runs", {
  /** As in the `[triggers]` of wrangler.toml. */
  cron: text().primaryKey(),
  /** UTC milliseconds. */
  succeededAt: integer("succeeded_at").notNull(),
});
