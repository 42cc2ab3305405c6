import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { NO_STORE } from "../../http/headers.ts";
import { offerCsv, prefersCsv } from "../../http/negotiate.ts";
import { formatInstant } from "../../lib/instant.ts";
import { rootCause } from "../../lib/root_cause.ts";
import { erasePerson, exportPerson } from "../../privacy/service.ts";
import { exportCsv, exportJson } from "./export_body.ts";

/** Routes to export and to erase everything stored about a person. */
export const privacyRoutes = new Hono<AppContext>()
  .get("/people/:id/export", guard("team"), offerCsv, async function exportAll(c) {
    const { personId, teamId, exportedAt, tables, columns } = await exportPerson(serviceContext(c), c.req.param("id"));
    const head = { person_id: personId, team_id: teamId, exported_at: formatInstant(exportedAt) };
    return prefersCsv(c)
      ? stream(c, exportCsv(tables, columns), "text/csv; charset=utf-8")
      : stream(c, exportJson(head, tables), "application/json");
  })
  .delete("/people/:id", guard("team"), async function erase(c) {
    const { personId, left } = await erasePerson(serviceContext(c), c.req.param("id"));
    return left === null ? c.body(null, 204) : c.json({ person_id: personId, left }, 202);
  });

/** Answers piece by piece, no faster than the caller reads. An error while reading ends the answer before its end. */
function stream(c: Context<AppContext>, pieces: AsyncGenerator<string>, type: string): Response {
  const encoder = new TextEncoder();
  let isCanceled = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next().catch((error) => {
        console.error(c.get("requestId"), rootCause(error));
        throw error;
      });
      if (isCanceled) return;
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel() {
      isCanceled = true;
    },
  });
  return c.body(body, 200, { ...NO_STORE, "Content-Type": type, Vary: "Accept" });
}
