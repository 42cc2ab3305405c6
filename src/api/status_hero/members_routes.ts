import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { addMember, changeMember, getMember, listMembers, removeMember } from "../../members/service.ts";
import { memberBody } from "./member_body.ts";
import { memberChange, membersQuery, newMember } from "./members_schema.ts";
import { PAGE_SIZE } from "./schema.ts";

/** Routes of a team's members (Status Hero, "Members"). */
export const membersRoutes = new Hono<AppContext>()
  .get("/members", guard("team"), query(membersQuery), async function list(c) {
    const members = await listMembers(serviceContext(c), { ...c.req.valid("query"), size: PAGE_SIZE });
    return c.json({ members: members.map((member) => memberBody(member, teamTimeZone(c))) });
  })
  .get("/members/:id", guard("team"), async function show(c) {
    const member = await getMember(serviceContext(c), c.req.param("id"));
    return c.json({ member: memberBody(member, teamTimeZone(c)) });
  })
  .post("/members", guard("team"), jsonBody(newMember), async function create(c) {
    const { first_name: firstName, last_name: lastName, time_zone: timeZone, ...fields } = c.req.valid("json");
    const member = await addMember(serviceContext(c), { ...fields, firstName, lastName, timeZone });
    const headers = { Location: `/api/v1/members/${member.memberId}` };
    return c.json({ member: memberBody(member, teamTimeZone(c)) }, 201, headers);
  })
  .patch("/members/:id", guard("team"), jsonBody(memberChange), async function change(c) {
    const { first_name: firstName, last_name: lastName, time_zone: timeZone, ...fields } = c.req.valid("json");
    const change = { ...fields, firstName, lastName, timeZone };
    const member = await changeMember(serviceContext(c), c.req.param("id"), change);
    return c.json({ member: memberBody(member, teamTimeZone(c)) });
  })
  .delete("/members/:id", guard("team"), async function remove(c) {
    await removeMember(serviceContext(c), c.req.param("id"));
    return c.body(null, 204);
  });

const teamTimeZone = (c: Context<AppContext>): string => c.get("actor").team.timeZone;
