import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** A row to be put into a table. */
export const row = <T extends SQLiteTable>(table: T, values: T["$inferInsert"]) => ({ table, values });
