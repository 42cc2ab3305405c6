import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import type { RemarkKind, RemarkRow } from "../../checkins/remarks/remark.ts";
import { addRemark, getRemark, listRemarks, removeRemark } from "../../checkins/remarks/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { teamSite } from "./link.ts";
import { remarkBody } from "./remark_body.ts";
import type { NewRemark } from "./remarks_schema.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";

/** Makes the routes that comments and reactions have in common. */
export function remarkRoutes(kind: RemarkKind, newRemark: NewRemark) {
  const toBody = (c: Context<AppContext>, remark: RemarkRow) =>
    remarkBody(kind, remark, teamSite(c.req.url, c.get("actor").team));
  return new Hono<AppContext>()
    .get(`/${kind}s`, guard("team"), query(pageQuery), async function list(c) {
      const remarks = await listRemarks(serviceContext(c), kind, { ...c.req.valid("query"), size: PAGE_SIZE });
      return c.json({ [`${kind}s`]: remarks.map((remark) => toBody(c, remark)) });
    })
    .get(`/${kind}s/:id`, guard("team"), async function show(c) {
      return c.json({ [kind]: toBody(c, await getRemark(serviceContext(c), kind, c.req.param("id"))) });
    })
    .post(`/statuses/:id/${kind}s`, guard("team"), jsonBody(newRemark), async function add(c) {
      const fields = { checkin: c.req.param("id"), ...c.req.valid("json") };
      const { remark, isNew } = await addRemark(serviceContext(c), kind, fields);
      return c.json({ [kind]: toBody(c, remark) }, isNew ? 201 : 200);
    })
    .delete(`/${kind}s/:id`, guard("team"), async function remove(c) {
      await removeRemark(serviceContext(c), kind, c.req.param("id"));
      return c.body(null, 204);
    });
}
