import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { getReport, listReports } from "../../checkins/reports/service.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { query } from "../../http/query.ts";
import { teamSite } from "./link.ts";
import { reportBody } from "./report_body.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";

/** Routes of reports (Status Hero, "Reports"): one for each work day. */
export const reportsRoutes = new Hono<AppContext>()
  .get("/reports", guard("team"), query(pageQuery), async function list(c) {
    const reports = await listReports(serviceContext(c), { ...c.req.valid("query"), size: PAGE_SIZE });
    const site = teamSite(c.req.url, c.get("actor").team);
    return c.json({ reports: reports.map((report) => reportBody(report, site)) });
  })
  .get("/reports/:id", guard("team"), async function show(c) {
    const report = await getReport(serviceContext(c), c.req.param("id"));
    return c.json({ report: reportBody(report, teamSite(c.req.url, c.get("actor").team)) });
  });
