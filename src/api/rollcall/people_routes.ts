import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { mergePeople, unmergePeople } from "../../members/merge_service.ts";
import { getPerson, listPeople, type PersonDetails } from "../../people/service.ts";
import { mergeRequest, peopleQuery, unmergeRequest } from "./people_schema.ts";
import { personBody, personDetailsBody } from "./person_body.ts";

/** Routes of a team's people, and of merges: tools may report one person as several. */
export const peopleRoutes = new Hono<AppContext>()
  .get("/people", guard("either"), query(peopleQuery), async function list(c) {
    const context = serviceContext(c);
    const { rows, nextCursor } = await listPeople(context, c.req.valid("query"));
    const data = rows.map((person) => personBody(person, context.actor.team.timeZone));
    return c.json({ data, next_cursor: nextCursor });
  })
  .get("/people/:id", guard("either"), async function show(c) {
    return answer(c, await getPerson(serviceContext(c), c.req.param("id")));
  })
  .post("/people/:id/merge", guard("team"), jsonBody(mergeRequest), async function merge(c) {
    const { person } = c.req.valid("json");
    return answer(c, await mergePeople(serviceContext(c), { into: c.req.param("id"), person }));
  })
  .post("/people/:id/unmerge", guard("team"), jsonBody(unmergeRequest), async function unmerge(c) {
    const { person } = c.req.valid("json");
    return answer(c, await unmergePeople(serviceContext(c), { into: c.req.param("id"), person }));
  });

const answer = (c: Context<AppContext>, person: PersonDetails): Response =>
  c.json(personDetailsBody(person, c.get("actor").team.timeZone));
