import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import type { Answers } from "../../checkins/statuses/answers.ts";
import type { Checkin } from "../../checkins/statuses/checkin.ts";
import { answerCheckin, getCheckin, listCheckins, submitCheckin } from "../../checkins/statuses/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { teamSite } from "./link.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";
import { statusBody } from "./status_body.ts";
import { newStatus, type StatusAnswers, statusChange } from "./statuses_schema.ts";

/** Routes of check-ins (Status Hero, "Statuses"). */
export const statusesRoutes = new Hono<AppContext>()
  .get("/statuses", guard("team"), query(pageQuery), async function list(c) {
    const checkins = await listCheckins(serviceContext(c), { ...c.req.valid("query"), size: PAGE_SIZE });
    return c.json({ statuses: checkins.map((checkin) => toBody(c, checkin)) });
  })
  .get("/statuses/:id", guard("team"), async function show(c) {
    return c.json({ status: toBody(c, await getCheckin(serviceContext(c), c.req.param("id"))) });
  })
  .put("/statuses/:id", guard("team"), jsonBody(statusChange), async function answer(c) {
    const answers = toAnswers(c.req.valid("json").answers);
    return c.json({ status: toBody(c, await answerCheckin(serviceContext(c), c.req.param("id"), answers)) });
  })
  .post("/statuses", guard("team"), jsonBody(newStatus), async function submit(c) {
    const { member, date, answers } = c.req.valid("json");
    const submitted = { member, date, answers: toAnswers(answers) };
    const { checkin, isNew } = await submitCheckin(serviceContext(c), submitted);
    return c.json({ status: toBody(c, checkin) }, isNew ? 201 : 200);
  });

const toAnswers = ({ previous_completed: previousCompleted, ...texts }: StatusAnswers): Answers => ({
  ...texts,
  previousCompleted,
});

const toBody = (c: Context<AppContext>, checkin: Checkin) =>
  statusBody(checkin, teamSite(c.req.url, c.get("actor").team));
