import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { addRemark, findRemark, listRemarks, removeRemark } from "../../checkins/remarks/store.ts";
import { ensureReport } from "../../checkins/reports/lifecycle_store.ts";
import { findCheckin } from "../../checkins/statuses/store.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { requireMember } from "./member_guard.ts";
import { type RemarkKind, type RemarkRow, remarkBody } from "./remark_body.ts";
import type { NewRemark } from "./remarks_schema.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";

/** What comments and reactions have in common: to be listed, read, left on a check-in, and removed. */
export const remarkRoutes = (kind: RemarkKind, newRemark: NewRemark) =>
  new Hono<AppContext>()
    .get(`/${kind}s`, guard("team"), query(pageQuery), async (c) => {
      const { page } = c.req.valid("query");
      const found = await listRemarks(c.get("db"), c.get("actor"), kind, { page, size: PAGE_SIZE });
      return c.json({ [`${kind}s`]: found.map((remark) => body(c, kind, remark)) });
    })
    .get(`/${kind}s/:id`, guard("team"), async (c) => c.json(await shown(c, kind, c.req.param("id"))))
    .post(`/statuses/:id/${kind}s`, guard("team"), jsonBody(newRemark), async (c) => {
      const [db, actor, now] = [c.get("db"), c.get("actor"), Date.now()];
      const remark = c.req.valid("json");
      await ensureReport(db, actor, now);
      const checkin = await findCheckin(db, actor, c.req.param("id"));
      if (!checkin) throw new ApiError("not_found");
      const person = await requireMember(c, remark.person, "person");
      const ids = { checkinId: checkin.id, personId: person.id };
      const added = await addRemark(db, actor, kind, { ...ids, body: remark.body }, now);
      if (!added) throw new ApiError("not_found");
      return c.json(await shown(c, kind, added.id), added.isNew ? 201 : 200);
    })
    .delete(`/${kind}s/:id`, guard("team"), async (c) => {
      const removed = await removeRemark(c.get("db"), c.get("actor"), kind, c.req.param("id"), Date.now());
      if (!removed) await standing(c, kind, c.req.param("id"));
      return c.body(null, 204);
    });

/** The answer about one remark; a 410 where it was removed, a 404 where there never was one. */
export async function shown(c: Context<AppContext>, kind: RemarkKind, id: string) {
  return { [kind]: body(c, kind, await standing(c, kind, id)) };
}

async function standing(c: Context<AppContext>, kind: RemarkKind, id: string): Promise<RemarkRow> {
  const remark = await findRemark(c.get("db"), c.get("actor"), kind, id);
  if (!remark) throw new ApiError("not_found");
  if (remark.removedAt !== null) throw new ApiError("gone");
  return remark;
}

const body = (c: Context<AppContext>, kind: RemarkKind, remark: RemarkRow) =>
  remarkBody(kind, remark, { ...c.get("actor"), origin: new URL(c.req.url).origin });
