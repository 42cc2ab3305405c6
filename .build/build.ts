/**
 * What `[build]` of `wrangler.toml` runs before the Worker is bundled, and again when a source changes: it builds the
 * static assets, and for `wrangler dev` it applies new migrations to the local database. It never uses the network.
 */
import { buildAssets } from "./assets.ts";
import { DEFAULT_PERSIST_TO, prepareLocalDatabase } from "./local_database.ts";

const { problems } = await buildAssets();
for (const problem of problems) console.warn(`Manual: ${problem}`);

// Wrangler tells the build its command but not its `--persist-to`: a script that gives one sets ROLLCALL_PERSIST_TO too.
if (process.env.WRANGLER_COMMAND === "dev") {
  const persistTo = process.env.ROLLCALL_PERSIST_TO ?? DEFAULT_PERSIST_TO;
  if (await prepareLocalDatabase(persistTo)) console.log(`The local database in ${persistTo} has all migrations.`);
}

// A start of the local runtime that failed, because a server had the database locked, would keep this process alive.
process.exit();
