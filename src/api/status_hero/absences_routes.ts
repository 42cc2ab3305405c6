import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import {
  type AbsentMember,
  addMemberAbsences,
  addTeamAbsences,
  listAbsencesOfMember,
  listMemberAbsences,
  listTeamAbsences,
  removeMemberAbsence,
  removeTeamAbsence,
} from "../../checkins/absences/service.ts";
import { jsonBody } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { params, query } from "../../http/query.ts";
import { absenceDate, absencesQuery, newAbsence } from "./absences_schema.ts";
import { memberBody } from "./member_body.ts";
import { PAGE_SIZE } from "./schema.ts";
import { teamBody } from "./team_body.ts";

/** Routes of absences: of one member, and of the whole team (Status Hero, "Member Absences" and "Team Absences"). */
export const absencesRoutes = new Hono<AppContext>()
  .get("/member_absences", guard("team"), query(absencesQuery), async function listOfMembers(c) {
    const absences = await listMemberAbsences(serviceContext(c), { ...c.req.valid("query"), size: PAGE_SIZE });
    return c.json({
      member_absences: absences.map(({ date, member }) => ({
        member_id: member.memberId,
        date,
        member: toBody(c, member),
      })),
    });
  })
  .get("/member_absences/:id", guard("team"), query(absencesQuery), async function listOfMember(c) {
    const page = { ...c.req.valid("query"), size: PAGE_SIZE };
    const { member, dates } = await listAbsencesOfMember(serviceContext(c), c.req.param("id"), page);
    return c.json({
      member_absences: dates.map((date) => ({ member_id: member.memberId, date })),
      member: toBody(c, member),
    });
  })
  .post("/member_absences/:id", guard("team"), jsonBody(newAbsence), async function addOfMember(c) {
    const { range, sent } = c.req.valid("json");
    const { member, isNew } = await addMemberAbsences(serviceContext(c), c.req.param("id"), range);
    const absence = { member_id: member.memberId, ...sent };
    return c.json({ member_absence: absence, member: toBody(c, member) }, isNew ? 201 : 202);
  })
  .delete("/member_absences/:id/:date", guard("team"), params(absenceDate), async function removeOfMember(c) {
    await removeMemberAbsence(serviceContext(c), c.req.param("id"), c.req.valid("param").date);
    return c.body(null, 204);
  })
  .get("/team_absences", guard("team"), query(absencesQuery), async function listOfTeam(c) {
    const { team, dates } = await listTeamAbsences(serviceContext(c), { ...c.req.valid("query"), size: PAGE_SIZE });
    return c.json({ team_absences: dates.map((date) => ({ date })), team: teamBody(team) });
  })
  .post("/team_absences", guard("team"), jsonBody(newAbsence), async function addOfTeam(c) {
    const { range, sent } = c.req.valid("json");
    const { team, isNew } = await addTeamAbsences(serviceContext(c), range);
    return c.json({ team_absence: sent, team: teamBody(team) }, isNew ? 201 : 202);
  })
  .delete("/team_absences/:date", guard("team"), params(absenceDate), async function removeOfTeam(c) {
    await removeTeamAbsence(serviceContext(c), c.req.valid("param").date);
    return c.body(null, 204);
  });

const toBody = (c: Context<AppContext>, member: AbsentMember) => memberBody(member, c.get("actor").team.timeZone);
