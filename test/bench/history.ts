import type { Bench, Statement } from "./harness.ts";
import type { BenchTeam } from "./team.ts";

const DAY_MS = 86_400_000;
/** The length of a history, in days: two years. */
export const DAYS = 730;
/**
 * The last days, up to today, which are the same in every history, so that pages of recent data have the same length. On
 * each of them every person has EVENTS_A_DAY events and BLOCKS_A_DAY blocks of 20 minutes.
 */
const RECENT_DAYS = 3;
const EVENTS_A_DAY = 10;
const BLOCKS_A_DAY = 4;
/**
 * The first person has an event on each of these days in every history, so that a read of days finds the same number of
 * days. It is half a year, and so it contains every day of a quarter.
 */
const FULL_DAYS = 184;
/** Events for each block, before the recent days. */
const EVENTS_A_BLOCK = 5;
/** The fewest reports of a history: a full page. The largest history has one a day, smaller ones have proportionally fewer. */
const MIN_REPORTS = 30;
/** Events of the largest history. */
export const LARGEST = 1_000_000;
/** Rows that one statement inserts. */
const CHUNK = 100_000;

/** Adds a history of `size` events to a team, with blocks, reports and check-ins in proportion. */
export async function addHistory(bench: Bench, team: BenchTeam, size: number, now: number): Promise<void> {
  const today = now - (now % DAY_MS);
  const people = team.people.length;
  const recent = people * RECENT_DAYS * EVENTS_A_DAY;
  const span = { from: today - (DAYS - 1) * DAY_MS, to: today - (RECENT_DAYS - 1) * DAY_MS };
  const rest = size - recent - FULL_DAYS;
  const blocks = Math.floor(rest / EVENTS_A_BLOCK);
  await run(bench, rest, (chunk) => insertEvents(team, "old", chunk, spread(span, rest)));
  const days = { from: today - FULL_DAYS * DAY_MS, to: today };
  const first = { ...team, people: team.people.slice(0, 1) };
  await run(bench, FULL_DAYS, (chunk) => insertEvents(first, "daily", chunk, spread(days, FULL_DAYS)));
  await run(bench, blocks, (chunk) => insertBlocks(team, chunk, spread(span, blocks)));
  for (let day = 0; day < RECENT_DAYS; day++) {
    const from = today - day * DAY_MS;
    // A history contains nothing of the future hours of today.
    const hours = { from, to: day === 0 ? Math.max(now - 3_600_000, from + 1) : from + DAY_MS - 3_600_000 };
    const [events, held] = [people * EVENTS_A_DAY, people * BLOCKS_A_DAY];
    await run(bench, events, (chunk) => insertEvents(team, `day ${day}`, chunk, spread(hours, events)));
    await run(bench, held, (chunk) => insertBlocks(team, chunk, spread(hours, held)));
  }
  const reports = Math.max(MIN_REPORTS, Math.round((size / LARGEST) * DAYS));
  await bench.sql(insertReports(team, reports, today));
}

type Range = { from: number; to: number };

async function run({ sql }: Bench, count: number, statement: (chunk: Range) => Statement): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) await sql([statement({ from, to: Math.min(from + CHUNK, count) })]);
}

/** Returns SQL for the n-th of `count` times that are spread evenly over a range, the oldest first. */
const spread = ({ from, to }: Range, count: number): string =>
  `(${from} + n * ${Math.floor((to - from) / Math.max(count, 1))})`;

/** Returns SQL for a table `c (n)` of the numbers in a range. They are inline, because D1 binds every number as a float. */
const counting = ({ from, to }: Range): string =>
  `WITH RECURSIVE c (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM c WHERE n + 1 < ${to})`;

const UUID = "lower(hex(randomblob(16)))";

/** Returns SQL that selects one person of `?2` for each n, in turn. */
const inTurn = (team: BenchTeam): string => `json_extract(?2, '$[' || (n % ${team.people.length}) || ']')`;
const identities = ({ people }: BenchTeam): string => JSON.stringify(people.map(({ identity }) => identity));

const insertEvents = (team: BenchTeam, name: string, chunk: Range, time: string): Statement => ({
  sql: `INSERT INTO events (id, team_id, external_id, identity_id, kind, title, scope, url, details, occurred_at,
      created_at, updated_at)
    ${counting(chunk)} SELECT ${UUID}, ?1, ?3 || ' ' || n, ${inTurn(team)}, 'commit', 'Mend what number ' || n || ' broke',
      'rollcall/api', 'https://git.example/rollcall/api/commit/' || n, '{"branch":"main"}', ${time}, ${time}, ${time} FROM c`,
  params: [team.teamId, identities(team), name],
});

const insertBlocks = (team: BenchTeam, chunk: Range, time: string): Statement => ({
  sql: `INSERT INTO blocks (id, team_id, identity_id, integration_id, source, status, started_at, last_seen_at, ended_at)
    ${counting(chunk)} SELECT ${UUID}, ?1, ${inTurn(team)}, ?3, 'bench', 'online', ${time}, ${time} + 1200000, ${time} + 1200000
    FROM c`,
  params: [team.teamId, identities(team), team.integrationId],
});

/** Inserts one report a day up to today, with a completed check-in of every person. */
function insertReports({ teamId, people }: BenchTeam, count: number, today: number): Statement[] {
  const date = (ms: string) => `date((${ms}) / 1000, 'unixepoch')`;
  const day = `${today} - n * ${DAY_MS}`;
  return [
    {
      sql: `INSERT INTO reports (id, team_id, date, previous_date, questions, created_at, updated_at)
        ${counting({ from: 0, to: count })}
        SELECT ${UUID}, ?, ${date(day)}, ${date(`${day} - ${DAY_MS}`)}, '{}', ${day}, ${day} FROM c`,
      params: [teamId],
    },
    {
      sql: `INSERT INTO checkins (id, team_id, report_id, person_id, date, slug, next, previous, previous_completed,
          completed_at, created_at, updated_at)
        SELECT ${UUID}, r.team_id, r.id, p.value, r.date, r.date || '-' || p.value, 'Go on #bench', 'Went on', '1',
          r.created_at + p.key, r.created_at, r.created_at
        FROM reports r JOIN json_each(?2) p WHERE r.team_id = ?1`,
      params: [teamId, JSON.stringify(people.map(({ id }) => id))],
    },
  ];
}
