import { Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { ensureReport } from "../../checkins/reports/lifecycle_store.ts";
import { findReport, listReports } from "../../checkins/reports/store.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { reportBody } from "./report_body.ts";
import { PAGE_SIZE, pageQuery } from "./schema.ts";

/** Reports (Status Hero, "Reports"): one a work day, made by whoever asks first. */
export const reportsRoutes = new Hono<AppContext>()
  .get("/reports", guard("team"), query(pageQuery), async (c) => {
    const [db, actor, { origin }] = [c.get("db"), c.get("actor"), new URL(c.req.url)];
    await ensureReport(db, actor, Date.now());
    const found = await listReports(db, actor, { page: c.req.valid("query").page, size: PAGE_SIZE });
    return c.json({ reports: found.map((report) => reportBody(report, { ...actor, origin })) });
  })
  .get("/reports/:id", guard("team"), async (c) => {
    const [db, actor, { origin }] = [c.get("db"), c.get("actor"), new URL(c.req.url)];
    await ensureReport(db, actor, Date.now());
    const report = await findReport(db, actor, c.req.param("id"));
    if (!report) throw new ApiError("not_found");
    return c.json({ report: reportBody(report, { ...actor, origin }) });
  });
