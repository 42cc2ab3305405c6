/** `npm run import -- KIND ...`: writes the data of another system to a team. See `src/docs/import.md`. */
import { readArguments, runCommand } from "../command.ts";
import { OperatorError } from "../wrangler.ts";
import { blockLines } from "./lines/block_lines.ts";
import { eventLines } from "./lines/event_lines.ts";
import { importLines, LINES_OPTIONS } from "./lines/import_lines.ts";
import { importStatusHero, STATUS_HERO_OPTIONS } from "./status_hero/status_hero.ts";

const USAGE = `Name what to import:
  npm run import -- status-hero --url URL --team-id ID --key KEY --into TEAM [--rate 1] [--state FILE]
  npm run import -- events FILE --into TEAM [--integration ID-OR-NAME] [--from-line 1]
  npm run import -- blocks FILE --into TEAM --integration ID-OR-NAME [--from-line 1]
Each also takes --remote for the deployed database, or --persist-to DIR for a local one in another directory.`;

await runCommand(async () => {
  const [kind, ...args] = process.argv.slice(2);
  if (kind === "status-hero") return await importStatusHero(readArguments(args, STATUS_HERO_OPTIONS));
  if (kind === "events") return await importLines(eventLines, readArguments(args, LINES_OPTIONS));
  if (kind === "blocks") return await importLines(blockLines, readArguments(args, LINES_OPTIONS));
  throw new OperatorError(USAGE);
});
