import { readFileSync, writeFileSync } from "node:fs";
import { recreateTriggers } from "../../src/db/triggers.ts";

// `npm run triggers migrations/NNNN_name.sql`: makes a migration drop every trigger first and create every trigger
// last.
const path = process.argv[2];
if (path === undefined) throw new Error("name the migration: npm run triggers migrations/NNNN_name.sql");
// The text that drizzle-kit writes into an empty migration.
const placeholder = /^-- Custom SQL migration file.*$/m;
writeFileSync(path, recreateTriggers(readFileSync(path, "utf8").replace(placeholder, "")));
