import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import {
  addMemberAbsence,
  addTeamAbsence,
  removeMemberAbsence,
  removeTeamAbsence,
} from "../../checkins/absences/store.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { params } from "../../http/query.ts";
import { absenceDate, newAbsence } from "./absences_schema.ts";
import { requireMember } from "./member_guard.ts";

/** Leave of one member, and holidays of the whole team (Status Hero, "Member Absences" and "Team Absences"). */
export const absencesRoutes = new Hono<AppContext>()
  .post("/member_absences/:id", guard("team"), jsonBody(newAbsence), async (c) => {
    const [db, actor, { date }] = [c.get("db"), c.get("actor"), c.req.valid("json")];
    const { id: personId, memberId } = await requireMember(c, c.req.param("id"));
    const isNew = await addMemberAbsence(db, actor, { personId, date }, Date.now());
    return c.json({ member_absence: { member_id: memberId, date } }, isNew ? 201 : 202);
  })
  .delete("/member_absences/:id/:date", guard("team"), params(absenceDate), async (c) => {
    const [db, actor, { date }] = [c.get("db"), c.get("actor"), c.req.valid("param")];
    const { id: personId } = await requireMember(c, c.req.param("id"));
    if (!(await removeMemberAbsence(db, actor, { personId, date }, Date.now()))) throw new ApiError("not_found");
    return c.body(null, 204);
  })
  .post("/team_absences", guard("team"), jsonBody(newAbsence), async (c) => {
    const { date } = c.req.valid("json");
    const isNew = await addTeamAbsence(c.get("db"), c.get("actor"), date);
    return c.json({ team_absence: { date } }, isNew ? 201 : 202);
  })
  .delete("/team_absences/:date", guard("team"), params(absenceDate), async (c) => {
    const { date } = c.req.valid("param");
    if (!(await removeTeamAbsence(c.get("db"), c.get("actor"), date))) throw new ApiError("not_found");
    return c.body(null, 204);
  });
