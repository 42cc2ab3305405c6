import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import * as schema from "./schema/index.ts";

export type Database = DrizzleD1Database<typeof schema> & { $client: D1Database };

/** The deployment's one D1 database, typed with every table. */
export const database = (d1: D1Database): Database => drizzle(d1, { schema });
