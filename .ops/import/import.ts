/** `npm run import -- KIND ...`: writes the data of another system to a team. */
import { readArguments, runCommand } from "../command.ts";
import { OperatorError } from "../wrangler.ts";
import { importStatusHero, STATUS_HERO_OPTIONS } from "./status_hero/status_hero.ts";

const USAGE = `Name what to import:
  npm run import -- status-hero --url URL --team-id ID --key KEY --into TEAM [--rate 1] [--state FILE]
It also takes --remote for the deployed database, or --persist-to DIR for a local one in another directory.`;

await runCommand(async () => {
  const [kind, ...args] = process.argv.slice(2);
  if (kind === "status-hero") return await importStatusHero(readArguments(args, STATUS_HERO_OPTIONS));
  throw new OperatorError(USAGE);
});
