/** Lines with closed blocks, in the shape in which `GET /api/v1/blocks` shows blocks. */
import { sql } from "drizzle-orm";
import * as z from "zod";
import { retainedSince } from "../../../src/events/retention.ts";
import { DAY_MS } from "../../../src/lib/duration.ts";
import { formatInstant } from "../../../src/lib/instant.ts";
import { details, email, instant, orNull, text, timeZone } from "../../../src/lib/values.ts";
import { newIdentity } from "../../../src/people/store.ts";
import { upsertBlocks } from "../../../src/presence/blocks/store.ts";
import { query } from "../../wrangler.ts";
import { derivedId } from "../derived_id.ts";
import { inlined, literal, pagesOf, rowLiterals } from "../sql.ts";
import type { LineDestination, LineFormat } from "./format.ts";
import type { Line, Problem } from "./line.ts";
import { findOverlaps } from "./overlaps.ts";
import { linkPeople } from "./people.ts";

const MAX_DAYS = 31;
/** Fields that `GET /blocks` shows and the import does not use. */
const ignored = z.unknown().optional();

const block = z
  .strictObject(
    {
      identifier: text(256),
      // Stored as sent, as in a presence update.
      status: z
        .string("is required, as a string")
        .max(64, "must be at most 64 characters")
        .refine((status) => status.trim() !== "", "must not be empty"),
      source: text(128),
      started_at: instant,
      ended_at: instant,
      details: orNull(details),
      name: orNull(text(200)),
      email: orNull(email),
      time_zone: orNull(timeZone),
      ...{ id: ignored, person_id: ignored, integration_id: ignored, working: ignored, last_seen_at: ignored },
    },
    "must be an object",
  )
  .refine(({ started_at, ended_at }) => started_at <= ended_at, {
    path: ["ended_at"],
    message: "must not be before started_at",
  })
  .refine(({ started_at, ended_at }) => ended_at - started_at <= MAX_DAYS * DAY_MS, {
    path: ["ended_at"],
    message: `must be at most ${MAX_DAYS} days after started_at`,
  });

type BlockLine = z.infer<typeof block>;

/** Closed blocks. A block of the same identity, source and start that was imported before is changed. */
export const blockLines: LineFormat<BlockLine> = {
  schema: block,
  // One query asks about the ends of this many blocks.
  batchSize: 800,
  needsIntegration: true,
  async prepare(lines, to, now) {
    const late = lines.flatMap(({ number, value }) => {
      const reason = timeProblem(value, to, now);
      return reason === null ? [] : [{ number, reason }];
    });
    const overlapping = findOverlaps(withoutProblems(lines, late).map(toPeriod));
    const problems = [...late, ...overlapping];
    const accepted = withoutProblems(lines, problems);
    const identities = await identitiesOf(accepted, to);
    const ids = new Map(identities.map(({ identifier, identityId }) => [identifier, identityId]));
    const rows = accepted.map(({ value }) => ({
      ...{ id: idOf(value, to), identityId: ids.get(value.identifier)!, integrationId: to.integrationId },
      ...{ source: value.source, status: value.status },
      details: value.details === null ? null : JSON.stringify(value.details),
      ...{ startedAt: value.started_at, lastSeenAt: value.ended_at, endedAt: value.ended_at },
    }));
    const writes = pagesOf(rows).map((page) => upsertBlocks(to, JSON.stringify(page), overlapsNone(to)));
    return { statements: [...linkPeople(to, identities, now), ...writes.map(inlined)], problems };
  },
  async findRefused(target, lines, to) {
    const numbers = new Map(lines.map(({ number, value }) => [idOf(value, to), number]));
    const refused: Problem[] = [];
    for (const rows of rowLiterals(lines.map(({ value }) => [idOf(value, to), value.ended_at]))) {
      const [missing = []] = await query(
        target,
        `SELECT sent.value ->> 0 AS id FROM json_each(${rows}) AS sent WHERE NOT EXISTS (
           SELECT 1 FROM blocks WHERE id = (sent.value ->> 0) AND ended_at = (sent.value ->> 1))`,
      );
      for (const { id } of missing) {
        const number = numbers.get(String(id))!;
        refused.push({ number, reason: "overlaps a block of the same person and source that the team has" });
      }
    }
    return refused;
  },
  count: ({ teamId, integrationId }) =>
    `SELECT count(*) AS count FROM blocks WHERE team_id = ${literal(teamId)} AND integration_id = ${literal(integrationId)}`,
  counted: "new blocks",
};

/** Returns why a block cannot be imported because of its time; null if it can. */
function timeProblem({ started_at, ended_at }: BlockLine, to: LineDestination, now: number): string | null {
  if (ended_at > now) return "ended_at: must not be in the future";
  if (started_at < (retainedSince(to.retentionDays, now) ?? Number.NEGATIVE_INFINITY))
    return `started_at: is older than the ${to.retentionDays} days this team keeps`;
  if (to.countedUntil !== null && started_at < to.countedUntil)
    return `started_at: is before ${formatInstant(to.countedUntil)}: older data of the team was removed for its age`;
  return null;
}

const withoutProblems = <T>(lines: Line<T>[], problems: Problem[]): Line<T>[] => {
  const numbers = new Set(problems.map(({ number }) => number));
  return lines.filter(({ number }) => !numbers.has(number));
};

const toPeriod = ({ number, value }: Line<BlockLine>) => ({
  ...{ number, stream: JSON.stringify([value.identifier, value.source]) },
  ...{ start: value.started_at, end: value.ended_at },
});

/** Derives the id of a block from what it may not share with another one, so that a repeated import writes it once. */
const idOf = ({ identifier, source, started_at }: BlockLine, { teamId, integrationId }: LineDestination): string =>
  derivedId(teamId, String(integrationId), JSON.stringify([identifier, source]), started_at);

/** Prepares each identity once, with the last name, e-mail and time zone that its lines have. */
async function identitiesOf(lines: Line<BlockLine>[], { accountId }: LineDestination) {
  const reported = new Map<string, Parameters<typeof newIdentity>[1]>();
  for (const { value } of lines) {
    const known = reported.get(value.identifier);
    reported.set(value.identifier, {
      identifier: value.identifier,
      name: value.name ?? known?.name ?? null,
      email: value.email ?? known?.email ?? null,
      timeZone: value.time_zone ?? known?.timeZone ?? null,
    });
  }
  return await Promise.all([...reported.values()].map((identity) => newIdentity(accountId, identity)));
}

/**
 * SQL condition: whether a block overlaps no other of its identity, integration and source. Blocks of these do not overlap
 * each other, so it is enough to look at the last one that starts before the end.
 */
const overlapsNone = ({ teamId }: LineDestination) => sql`NOT EXISTS (
  SELECT 1 FROM (
    SELECT coalesce(other.ended_at, other.last_seen_at) AS ended_at FROM blocks AS other
    WHERE other.team_id = ${teamId} AND other.identity_id = (block.value ->> 'identityId')
      AND other.integration_id = (block.value ->> 'integrationId') AND other.source = (block.value ->> 'source')
      AND other.id <> (block.value ->> 'id') AND other.started_at < (block.value ->> 'endedAt')
    ORDER BY other.started_at DESC LIMIT 1)
  WHERE ended_at > (block.value ->> 'startedAt'))`;
