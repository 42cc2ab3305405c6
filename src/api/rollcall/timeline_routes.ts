import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { eventsOfPerson } from "../../events/store.ts";
import type { AppContext } from "../../http/context.ts";
import { answerPage, offerCsv } from "../../http/negotiate.ts";
import { query } from "../../http/query.ts";
import { formatInstant } from "../../lib/instant.ts";
import { length } from "../../lib/interval.ts";
import { localDate, localDay } from "../../lib/time_zone.ts";
import { blocksWithin } from "../../presence/blocks/store.ts";
import { hours, withNews, workByPerson } from "../../presence/blocks/work.ts";
import { flushBlocks } from "../../presence/stub.ts";
import { soFar, TIMELINE_COLUMNS, timeline } from "../../timeline/timeline.ts";
import { eventBody } from "../stats_aware/event_body.ts";
import { blockBody } from "./block_body.ts";
import { requirePerson } from "./person_guard.ts";
import { timelineQuery } from "./timeline_schema.ts";

/** A person's day: blocks and events of one local date, today's where none is named. */
export const timelineRoutes = new Hono<AppContext>().get(
  "/people/:id/timeline",
  guard("either"),
  offerCsv,
  query(timelineQuery),
  async (c) => {
    const actor = c.get("actor");
    const now = Date.now();
    const person = await requirePerson(c, c.req.param("id"));
    const zone = person.timeZone ?? actor.teamTimeZone;
    const date = c.req.valid("query").date ?? localDate(now, zone);
    const day = localDay(date, zone);
    const open = await flushBlocks(c.env.TEAM_PRESENCE, actor);
    const [stored, events] = await Promise.all([
      blocksWithin(c.get("db"), actor, day, person.id),
      eventsOfPerson(c.get("db"), actor, person.id, day),
    ]);
    const blocks = soFar(withNews(stored, open), day, now);
    const worked = workByPerson(blocks, day, actor.statusClasses).get(person.id) ?? [];
    const bodies = blocks.map((block) => blockBody(block, actor.statusClasses));
    const data = timeline(bodies, events.map(eventBody), zone);
    const head = {
      person_id: person.id,
      name: person.name,
      date,
      time_zone: zone,
      started_at: formatInstant(day.start),
      ended_at: formatInstant(day.end),
      hours_worked: hours(length(worked)),
    };
    return answerPage(c, { ...head, data, next_cursor: null }, TIMELINE_COLUMNS);
  },
);
