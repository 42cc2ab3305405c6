import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import type { AppContext } from "../../http/context.ts";
import { answerPage, offerCsv } from "../../http/negotiate.ts";
import { query } from "../../http/query.ts";
import { cutPage } from "../../lib/cursor.ts";
import { formatInstant } from "../../lib/instant.ts";
import { addDays, localDate } from "../../lib/time_zone.ts";
import { heldWithin, listBlocks, peopleOf } from "../../presence/blocks/store.ts";
import { hours, withNews, workByPerson } from "../../presence/blocks/work.ts";
import { overlap, type PairOverlap, type SharedInterval } from "../../presence/insights/overlap.ts";
import { patterns } from "../../presence/insights/patterns.ts";
import { flushBlocks } from "../../presence/stub.ts";
import { blocksQuery, overlapQuery, patternsQuery } from "../stats_aware/presence_schema.ts";
import { BLOCK_COLUMNS, blockBody } from "./block_body.ts";
import { wantedPerson } from "./person_guard.ts";

const intervalBody = ({ start, end, people }: SharedInterval) => ({
  started_at: formatInstant(start),
  ended_at: formatInstant(end),
  person_ids: people,
});

const pairBody = ({ people, ms }: PairOverlap) => ({ person_ids: people, hours: hours(ms) });

/** What presence left behind: blocks, and what they say of working together and of habits. */
export const blockRoutes = new Hono<AppContext>()
  .get("/blocks", guard("either"), offerCsv, query(blocksQuery), async (c) => {
    const { person: reference, limit, cursor, ...filter } = c.req.valid("query");
    const actor = c.get("actor");
    const person = await wantedPerson(c, reference);
    const open = await flushBlocks(c.env.TEAM_PRESENCE, actor);
    const blocks = await listBlocks(c.get("db"), actor, { ...filter, personId: person?.id }, limit + 1, cursor);
    const { rows, nextCursor } = cutPage(blocks, limit, (block) => ({ at: block.startedAt, id: block.id }));
    const data = withNews(rows, open).map((block) => blockBody(block, actor.statusClasses));
    return answerPage(c, { data, next_cursor: nextCursor }, BLOCK_COLUMNS);
  })
  .get("/overlap", guard("either"), query(overlapQuery), async (c) => {
    const { from, to, limit, cursor } = c.req.valid("query");
    const window = { start: from, end: to };
    const actor = c.get("actor");
    const open = await flushBlocks(c.env.TEAM_PRESENCE, actor);
    const blocks = withNews(await heldWithin(c.get("db"), actor, window), open);
    const work = workByPerson(blocks, window, actor.statusClasses);
    const since = cursor ? cursor.at + 1 : from;
    const { intervals, pairs } = overlap(work, window, { since, limit: limit + 1 });
    const { rows, nextCursor } = cutPage(intervals, limit, ({ start }) => ({ at: start, id: "" }));
    // The pairs are of the whole window, so the first page has them all.
    return c.json({
      data: rows.map(intervalBody),
      next_cursor: nextCursor,
      ...(!cursor && { pairs: pairs.map(pairBody) }),
    });
  })
  .get("/patterns", guard("either"), query(patternsQuery), async (c) => {
    const { weeks, person: reference } = c.req.valid("query");
    const actor = c.get("actor");
    const person = await wantedPerson(c, reference);
    const open = await flushBlocks(c.env.TEAM_PRESENCE, actor);
    const now = Date.now();
    // Local days begin up to 14 hours before and end up to 12 hours after those of UTC: a day more covers every zone.
    const window = { start: now - (weeks * 7 + 1) * 86_400_000, end: now };
    const blocks = withNews(await heldWithin(c.get("db"), actor, window, person?.id), open);
    const work = workByPerson(blocks, window, actor.statusClasses);
    const people = await peopleOf(c.get("db"), actor, [...work.keys()]);
    const data = people.map(({ personId, name, timeZone }) => {
      const today = localDate(now, timeZone);
      const dates = Array.from({ length: weeks * 7 }, (_, ago) => addDays(today, -ago));
      const weekdays = patterns(work.get(personId)!, timeZone, dates);
      return { person_id: personId, name, time_zone: timeZone, weekdays };
    });
    // Some worked only on the day that was read beyond the weeks.
    const worked = data.filter(({ weekdays }) => weekdays.length > 0);
    return c.json({ data: worked, next_cursor: null });
  });
