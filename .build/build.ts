/** What `[build]` of `wrangler.toml` runs before the Worker is bundled, and again when a source changes. Uses no network. */
import { buildAssets } from "./assets.ts";

const { problems } = await buildAssets();
for (const problem of problems) console.warn(`Manual: ${problem}`);
