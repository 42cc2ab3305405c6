import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { ensureReport } from "../../checkins/reports/lifecycle_store.ts";
import { type Answers, saveAnswers } from "../../checkins/statuses/answer_store.ts";
import { checkinOn, findCheckin, listCheckins, withRelated } from "../../checkins/statuses/store.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { badRequest } from "../../lib/failure.ts";
import { localDate } from "../../lib/time_zone.ts";
import { requireMember } from "./member_guard.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";
import { statusBody } from "./status_body.ts";
import { newStatus, statusChange } from "./statuses_schema.ts";

/** Check-ins (Status Hero, "Statuses"): pending from the report's making on, until somebody answers. */
export const statusesRoutes = new Hono<AppContext>()
  .get("/statuses", guard("team"), query(pageQuery), async (c) => {
    const [db, actor, { origin }] = [c.get("db"), c.get("actor"), new URL(c.req.url)];
    await ensureReport(db, actor, Date.now());
    const found = await listCheckins(db, actor, { page: c.req.valid("query").page, size: PAGE_SIZE });
    const statuses = await withRelated(db, actor, found);
    return c.json({ statuses: statuses.map((status) => statusBody(status, { ...actor, origin })) });
  })
  .get("/statuses/:id", guard("team"), async (c) => {
    await ensureReport(c.get("db"), c.get("actor"), Date.now());
    return c.json(await shown(c, c.req.param("id")));
  })
  .put("/statuses/:id", guard("team"), jsonBody(statusChange), async (c) => {
    const [db, actor, now] = [c.get("db"), c.get("actor"), Date.now()];
    await ensureReport(db, actor, now);
    const checkin = await findCheckin(db, actor, c.req.param("id"));
    if (!checkin || !(await save(c, checkin.id, c.req.valid("json").answers, now))) throw new ApiError("not_found");
    return c.json(await shown(c, checkin.id));
  })
  .post("/statuses", guard("team"), jsonBody(newStatus), async (c) => {
    const [db, actor, now] = [c.get("db"), c.get("actor"), Date.now()];
    const { member, answers } = c.req.valid("json");
    const person = await requireMember(c, member, "member");
    const isReportDay = await ensureReport(db, actor, now);
    const checkin = await checkinOn(db, actor, person.id, localDate(now, actor.teamTimeZone), now);
    const saved = checkin && (await save(c, checkin.id, answers, now));
    if (!saved) {
      const text = isReportDay ? `${person.name} is not expected to check in` : "There is no report today";
      throw new ApiError("conflict", { text });
    }
    return c.json(await shown(c, checkin.id), saved === "completed" ? 201 : 200);
  });

/** Keeps answers; a 400 where they would complete a check-in without saying anything. */
async function save(c: Context<AppContext>, id: string, answers: Answers, now: number) {
  const saved = await saveAnswers(c.get("db"), c.get("actor"), id, answers, now);
  if (saved === "empty") throw badRequest([{ path: "answers", message: "must say something to complete a check-in" }]);
  return saved;
}

/** The check-in that a reference names, as every answer shows one; a 404 where there is none. */
async function shown(c: Context<AppContext>, reference: string) {
  const [db, actor, { origin }] = [c.get("db"), c.get("actor"), new URL(c.req.url)];
  const found = await findCheckin(db, actor, reference);
  const [status] = await withRelated(db, actor, found ? [found] : []);
  if (!status) throw new ApiError("not_found");
  return { status: statusBody(status, { ...actor, origin }) };
}
