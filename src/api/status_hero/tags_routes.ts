import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { listTaggedCheckins, listTags } from "../../checkins/tags/service.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { teamSite } from "./link.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";
import { statusBody } from "./status_body.ts";

/** Routes of the hashtags in check-ins (Status Hero, "Tags"). A tag that no check-in has is an empty list, not a 404. */
export const tagsRoutes = new Hono<AppContext>()
  .get("/tags", guard("team"), query(pageQuery), async function list(c) {
    return c.json({ tags: await listTags(serviceContext(c), { ...c.req.valid("query"), size: PAGE_SIZE }) });
  })
  .get("/tags/:tag", guard("team"), query(pageQuery), async function listCheckins(c) {
    const page = { ...c.req.valid("query"), size: PAGE_SIZE };
    const checkins = await listTaggedCheckins(serviceContext(c), c.req.param("tag"), page);
    const site = teamSite(c.req.url, c.get("actor").team);
    return c.json({ statuses: checkins.map((checkin) => statusBody(checkin, site)) });
  });
