import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import {
  addMemberAbsence,
  addTeamAbsence,
  removeMemberAbsence,
  removeTeamAbsence,
} from "../../checkins/absences/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { params } from "../../http/query.ts";
import { absenceDate, newAbsence } from "./absences_schema.ts";

/** Routes of absences: of one member, and of the whole team (Status Hero, "Member Absences" and "Team Absences"). */
export const absencesRoutes = new Hono<AppContext>()
  .post("/member_absences/:id", guard("team"), jsonBody(newAbsence), async function addOfMember(c) {
    const { date } = c.req.valid("json");
    const { memberId, isNew } = await addMemberAbsence(serviceContext(c), c.req.param("id"), date);
    return c.json({ member_absence: { member_id: memberId, date } }, isNew ? 201 : 202);
  })
  .delete("/member_absences/:id/:date", guard("team"), params(absenceDate), async function removeOfMember(c) {
    await removeMemberAbsence(serviceContext(c), c.req.param("id"), c.req.valid("param").date);
    return c.body(null, 204);
  })
  .post("/team_absences", guard("team"), jsonBody(newAbsence), async function addOfTeam(c) {
    const { date } = c.req.valid("json");
    const isNew = await addTeamAbsence(serviceContext(c), date);
    return c.json({ team_absence: { date } }, isNew ? 201 : 202);
  })
  .delete("/team_absences/:date", guard("team"), params(absenceDate), async function removeOfTeam(c) {
    await removeTeamAbsence(serviceContext(c), c.req.valid("param").date);
    return c.body(null, 204);
  });
