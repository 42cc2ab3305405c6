import { type Context, Hono } from "hono";
import { countAccount, removeAccount, revokeAccount } from "../../accounts/removal_store.ts";
import { guard } from "../../auth/key_guard.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { offerCsv, prefersCsv } from "../../http/negotiate.ts";
import { forEachConcurrently } from "../../lib/concurrency.ts";
import { badRequest } from "../../lib/failure.ts";
import { formatInstant } from "../../lib/instant.ts";
import { rootCause } from "../../lib/root_cause.ts";
import { eraseObject, flushBlocks, removeIdentities, wakeObject } from "../../presence/stub.ts";
import {
  countHistory,
  listIdentityIds,
  listTeamIds,
  mayErase,
  removeHistory,
  removePerson,
} from "../../privacy/erasure_store.ts";
import { asCsv, asJson } from "../../privacy/export.ts";
import { EXPORT_COLUMNS, exportPerson } from "../../privacy/export_store.ts";
import { requireSubject } from "./person_guard.ts";
import { requireSetupToken } from "./setup_guard.ts";

/** Why a team that hardly knows somebody may not erase them. */
const ELSEWHERE =
  "They are on other teams, and no more than an observer here: a team that they are a member of may erase them";

/** What there is of somebody: all of it to take along, or to be erased; and the erasure of a whole account. */
export const privacyRoutes = new Hono<AppContext>()
  .get("/people/:id/export", guard("team"), offerCsv, async (c) => {
    const actor = c.get("actor");
    const { id } = await requireSubject(c, c.req.param("id"));
    // Has the team's object hand D1 what it knows better.
    await flushBlocks(c.env.TEAM_PRESENCE, actor, id);
    const parts = exportPerson(c.get("db"), actor, id);
    const head = { person_id: id, team_id: actor.teamId, exported_at: formatInstant(Date.now()) };
    c.header("Vary", "Accept");
    c.header("Cache-Control", "no-store");
    return prefersCsv(c)
      ? stream(c, asCsv(parts, EXPORT_COLUMNS), "text/csv; charset=utf-8")
      : stream(c, asJson(head, parts), "application/json");
  })
  // Of the person everywhere in the account: people are the account's.
  .delete("/people/:id", guard("team"), async (c) => {
    const [db, actor] = [c.get("db"), c.get("actor")];
    const { id, memberId, formerId, namedId } = await requireSubject(c, c.req.param("id"));
    // Any other word may be somebody else's as soon as they are gone: and this may be sent twice.
    if (![id, memberId, formerId, namedId].includes(c.req.param("id"))) {
      throw badRequest([{ path: "id", message: "must be the id of a person: no other name is for good" }]);
    }
    if (!(await mayErase(db, actor, id))) throw new ApiError("conflict", { text: ELSEWHERE });
    const [teamIds, identityIds] = await Promise.all([listTeamIds(db, actor), listIdentityIds(db, actor, id)]);
    // The objects first, or they would write blocks behind those removed; and D1 knows the person until all else is gone,
    // so that an erasure that was cut short can be asked for again.
    await forEachConcurrently(teamIds, (teamId) => removeIdentities(c.env.TEAM_PRESENCE, teamId, identityIds));
    if (!(await removeHistory(db, actor, id))) {
      return c.json({ person_id: id, left: await countHistory(db, actor, id) }, 202);
    }
    const version = await removePerson(db, actor, id, Date.now());
    // Who was named again meanwhile was linked to them once more.
    await forEachConcurrently(teamIds, (teamId) =>
      wakeObject(c.env.TEAM_PRESENCE, { teamId, directoryVersion: version }),
    );
    return c.body(null, 204);
  })
  // Before every method, as for the set-up itself.
  .use("/setup/accounts/:id", requireSetupToken)
  .delete("/setup/accounts/:id", async (c) => {
    const [db, account] = [c.get("db"), { accountId: c.req.param("id") }];
    const teamIds = await revokeAccount(db, account);
    if (!teamIds) throw new ApiError("not_found");
    await forEachConcurrently(teamIds, (teamId) => eraseObject(c.env.TEAM_PRESENCE, teamId));
    if (await removeAccount(db, account)) return c.body(null, 204);
    return c.json({ id: account.accountId, left: await countAccount(db, account) }, 202);
  });

/** Answers piece by piece, no faster than the caller reads. What fails on the way ends the answer before its end. */
function stream(c: Context<AppContext>, pieces: AsyncGenerator<string>, type: string): Response {
  const encoder = new TextEncoder();
  let isRead = true;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next().catch((error) => {
        console.error(c.get("requestId"), rootCause(error));
        throw error;
      });
      if (!isRead) return;
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel() {
      isRead = false;
    },
  });
  return c.body(body, 200, { "Content-Type": type });
}
