/** `npm run import -- status-hero`: copies a team of Status Hero, or of another Rollcall, through its API. */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";
import type { Parsed } from "../../command.ts";
import { executeFile, type Target, withTemporary } from "../../wrangler.ts";
import { type Destination, findDestination } from "../destination.ts";
import { optionError } from "../options.ts";
import { type Source, StatusHeroClient } from "./client.ts";
import { countImported } from "./count.ts";
import { Journal } from "./journal.ts";
import { planPeople } from "./people.ts";
import { readTeam, type Team } from "./read.ts";
import { statementsOf } from "./write.ts";

/** The options beside those that select the database. */
export const STATUS_HERO_OPTIONS = {
  url: { type: "string" },
  "team-id": { type: "string" },
  key: { type: "string" },
  into: { type: "string" },
  rate: { type: "string" },
  state: { type: "string" },
} as const;

const optionsSchema = z.object({
  url: z
    .url({ protocol: /^https?$/, error: "must be the address of the API, such as https://service.statushero.com" })
    .transform((url) => url.replace(/\/+$/, "").replace(/\/api\/v1$/, "")),
  "team-id": z.string("must be given").min(1, "must not be empty"),
  key: z.string("must be given, or STATUS_HERO_KEY be set").min(1, "must not be empty"),
  into: z.string("must be given: the slug or id of a team of Rollcall").min(1, "must not be empty"),
  rate: z.coerce.number("must be a number").gt(0, "must be above 0").max(100, "must be at most 100").default(1),
  state: z.string().optional(),
});

/** Imports a team. A state file has the answers that were read, until everything is written. */
export async function importStatusHero({ target, values }: Parsed): Promise<void> {
  // Other users of a machine can see the arguments of a command, but not its environment.
  const read = optionsSchema.safeParse({ ...values, key: values.key ?? process.env.STATUS_HERO_KEY });
  if (!read.success) throw optionError(read.error);
  const { url, "team-id": teamId, key, into, rate, state } = read.data;
  const source: Source = { url, teamId, key, rate };
  const destination = await findDestination(target, into);
  const file = resolve(state ?? `status-hero-${teamId}.jsonl`);
  const journal = new Journal(file, `${url} ${teamId}`);
  if (journal.size > 0) console.log(`Continuing with ${file}, which has ${journal.size} answers.`);
  const team = await readWithProgress(source, journal);
  const before = await countImported(target, destination, team);
  // The time after reading: the source may have made the report of today while it was read.
  await write(target, destination, team, Date.now());
  const after = await countImported(target, destination, team);
  journal.remove();
  for (const [what, { read, found }] of Object.entries(after))
    console.log(`${what}: ${read} read, ${found - before[what]!.found} new in ${destination.slug}`);
}

async function readWithProgress(source: Source, journal: Journal): Promise<Team> {
  let requests = 0;
  const client = new StatusHeroClient(source, journal, () => {
    requests += 1;
    if (requests % 10 === 0) console.log(`  ${requests} requests sent`);
  });
  return await readTeam(client, (what, count) =>
    console.log(`Reading ${what}${count === undefined ? "" : `: ${count}`}`),
  );
}

async function write(target: Target, destination: Destination, team: Team, now: number): Promise<void> {
  const people = await planPeople(target, destination, team, now);
  await withTemporary(async (directory) => {
    const path = join(directory, "import.sql");
    await writeFile(path, statementsOf(destination, team, people, now).join("\n"), { mode: 0o600 });
    await executeFile(target, path);
  });
}
