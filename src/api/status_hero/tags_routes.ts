import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { ensureReport } from "../../checkins/reports/lifecycle_store.ts";
import { tagNamed } from "../../checkins/statuses/hashtags.ts";
import { withRelated } from "../../checkins/statuses/store.ts";
import { listTagged, listTags } from "../../checkins/tags/store.ts";
import type { AppContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";
import { statusBody } from "./status_body.ts";

/** Hashtags of check-ins (Status Hero, "Tags"). A tag that nobody uses is one that no check-in has. */
export const tagsRoutes = new Hono<AppContext>()
  .get("/tags", guard("team"), query(pageQuery), async (c) => {
    const [db, actor] = [c.get("db"), c.get("actor")];
    await ensureReport(db, actor, Date.now());
    return c.json({ tags: await listTags(db, actor, { page: c.req.valid("query").page, size: PAGE_SIZE }) });
  })
  .get("/tags/:tag", guard("team"), query(pageQuery), async (c) => {
    const [db, actor, { origin }] = [c.get("db"), c.get("actor"), new URL(c.req.url)];
    await ensureReport(db, actor, Date.now());
    const page = { page: c.req.valid("query").page, size: PAGE_SIZE };
    const found = await listTagged(db, actor, tagNamed(c.req.param("tag")), page);
    const statuses = await withRelated(db, actor, found);
    return c.json({ statuses: statuses.map((status) => statusBody(status, { ...actor, origin })) });
  });
