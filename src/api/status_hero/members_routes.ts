import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { localDate } from "../../lib/time_zone.ts";
import { pageOfMembers } from "../../members/listing.ts";
import { rename } from "../../members/naming.ts";
import {
  addMember,
  changeMember,
  findMergedHolder,
  isForeignIdentifier,
  type Refusal,
  removeMember,
} from "../../members/store.ts";
import { findPerson, listTeam, type PersonRow } from "../../people/person_store.ts";
import { memberBody } from "./member_body.ts";
import { requireMember } from "./member_guard.ts";
import { memberChange, membersQuery, newMember } from "./members_schema.ts";
import { PAGE_SIZE } from "./schema.ts";

/** The members of a team (Status Hero, "Members"), and how they come, change and go. */
export const membersRoutes = new Hono<AppContext>()
  .get("/members", guard("team"), query(membersQuery), async (c) => {
    const team = await listTeam(c.get("db"), c.get("actor"), { withIdentifiers: false });
    const found = pageOfMembers(team, { ...c.req.valid("query"), size: PAGE_SIZE });
    return c.json({ members: found.map((member) => memberBody(member, c.get("actor").teamTimeZone)) });
  })
  .get("/members/:id", guard("team"), async (c) => c.json(shown(c, await requireMember(c, c.req.param("id")))))
  .post("/members", guard("team"), jsonBody(newMember), async (c) => {
    const [db, actor] = [c.get("db"), c.get("actor")];
    const { name, first_name, last_name, time_zone: timeZone, role = "active", ...said } = c.req.valid("json");
    if (await findPerson(db, actor, said.email)) throw refused("member", said);
    if (await isForeignIdentifier(db, actor, said.email, null)) throw refused("email", said);
    const naming = rename({ name, first_name, last_name })!;
    const added = await addMember(db, actor, { ...said, ...naming, timeZone, role }, moment(c));
    if ("refused" in added) throw refused(added.refused, said);
    const member = await requireMember(c, added.id);
    return c.json(shown(c, member), 201, { Location: `/api/v1/members/${member.memberId}` });
  })
  .patch("/members/:id", guard("team"), jsonBody(memberChange), async (c) => {
    const [db, actor] = [c.get("db"), c.get("actor")];
    const before = await requireMember(c, c.req.param("id"));
    const { name, first_name, last_name, time_zone: timeZone, ...said } = c.req.valid("json");
    if (said.email !== undefined) {
      const merged = await findMergedHolder(db, actor, said.email, before.id);
      if (merged !== null) throw conflict(`email: ${said.email} is ${merged}'s, who was merged into this person`);
      if (await isForeignIdentifier(db, actor, said.email, before.id)) throw refused("email", said);
    }
    const change = { ...said, ...rename({ name, first_name, last_name }, before), timeZone };
    const refusal = await changeMember(db, actor, before.id, change, moment(c));
    if (refusal) throw refused(refusal, said);
    return c.json(shown(c, await requireMember(c, before.id)));
  })
  .delete("/members/:id", guard("team"), async (c) => {
    const { id } = await requireMember(c, c.req.param("id"));
    await removeMember(c.get("db"), c.get("actor"), id, moment(c));
    return c.body(null, 204);
  });

const shown = (c: Context<AppContext>, member: PersonRow) => ({
  member: memberBody(member, c.get("actor").teamTimeZone),
});

/** Now, as a clock and as the team's calendar tell it. */
function moment(c: Context<AppContext>): { now: number; today: string } {
  const now = Date.now();
  return { now, today: localDate(now, c.get("actor").teamTimeZone) };
}

const conflict = (text: string) => new ApiError("conflict", { text });

const refused = (
  refusal: Refusal,
  { email, username }: { email?: string | undefined; username?: string | undefined },
) =>
  conflict(
    {
      member: `email: ${email} is on the team already`,
      email: `email: ${email} is somebody else's`,
      username: `username: ${username} is somebody else's`,
    }[refusal],
  );
