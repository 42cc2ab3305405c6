import { text } from "drizzle-orm/sqlite-core";
import { teams } from "./accounts.ts";

/** The team that a row is of. */
export const team = () =>
  text("team_id")
    .notNull()
    .references(() => teams.id);
