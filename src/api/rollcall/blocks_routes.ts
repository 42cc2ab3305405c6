import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { answerPage, offerCsv } from "../../http/negotiate.ts";
import { query } from "../../http/query.ts";
import { listBlocks } from "../../presence/blocks/service.ts";
import { findOverlap, findPatterns } from "../../presence/insights/service.ts";
import { BLOCK_COLUMNS, blockBody } from "./block_body.ts";
import { blocksQuery, overlapQuery, patternsQuery } from "./blocks_schema.ts";
import { rankingBody, sharedIntervalBody } from "./overlap_body.ts";
import { patternsBody } from "./patterns_body.ts";

/** Routes that read activity blocks, and what is computed from them: overlap and patterns. */
export const blocksRoutes = new Hono<AppContext>()
  .get("/blocks", guard("either"), offerCsv, query(blocksQuery), async function list(c) {
    const { rows, nextCursor } = await listBlocks(serviceContext(c), c.req.valid("query"));
    return answerPage(c, { data: rows.map(blockBody), next_cursor: nextCursor }, BLOCK_COLUMNS);
  })
  .get("/overlap", guard("either"), query(overlapQuery), async function showOverlap(c) {
    const { from, to, ...page } = c.req.valid("query");
    const found = await findOverlap(serviceContext(c), { window: { start: from, end: to }, ...page });
    return c.json({
      data: found.intervals.map(sharedIntervalBody),
      next_cursor: found.nextCursor,
      // The pairs belong to the whole window, so only the first page has them.
      ...(found.ranking && rankingBody(found.ranking)),
    });
  })
  .get("/patterns", guard("either"), query(patternsQuery), async function showPatterns(c) {
    const { rows, nextCursor } = await findPatterns(serviceContext(c), c.req.valid("query"));
    return c.json({ data: rows.map(patternsBody), next_cursor: nextCursor });
  });
