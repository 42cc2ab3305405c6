import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { jsonBody } from "../../http/body.ts";
import type { AppContext } from "../../http/context.ts";
import { ApiError } from "../../http/errors.ts";
import { query } from "../../http/query.ts";
import { pageOfPeople } from "../../people/listing.ts";
import { nothingToUndo, refuseMerge, undoFirst } from "../../people/merges/merge.ts";
import { findMerge, findMergeOnTop, listMerges, mergePeople, undoMerge } from "../../people/merges/merge_store.ts";
import { findPerson, listIdentities, listTeam, type PersonRow } from "../../people/person_store.ts";
import { mergeRequest, peopleQuery, unmergeRequest } from "./people_schema.ts";
import { identityBody, mergeBody, personBody } from "./person_body.ts";
import { requirePerson } from "./person_guard.ts";

/** Who is on the team, and which of them are one and the same. */
export const peopleRoutes = new Hono<AppContext>()
  .get("/people", guard("either"), query(peopleQuery), async (c) => {
    const wanted = c.req.valid("query");
    const actor = c.get("actor");
    const team = await listTeam(c.get("db"), actor, { withIdentifiers: Boolean(wanted.q) });
    const { rows, nextCursor } = pageOfPeople(team, wanted);
    return c.json({ data: rows.map((row) => personBody(row, actor.teamTimeZone)), next_cursor: nextCursor });
  })
  .get("/people/:id", guard("either"), async (c) => c.json(await details(c, await requirePerson(c, c.req.param("id")))))
  .post("/people/:id/merge", guard("team"), jsonBody(mergeRequest), async (c) => {
    const into = await requirePerson(c, c.req.param("id"));
    const from = await requirePerson(c, c.req.valid("json").person, "person");
    const refusal = refuseMerge(from, into);
    if (refusal) throw new ApiError("conflict", { text: refusal });
    const ids = { fromId: from.id, intoId: into.id };
    if (!(await mergePeople(c.get("db"), c.get("actor"), ids, Date.now()))) throw overtaken();
    return c.json(await details(c, await requirePerson(c, into.id)));
  })
  .post("/people/:id/unmerge", guard("team"), jsonBody(unmergeRequest), async (c) => {
    const [db, actor] = [c.get("db"), c.get("actor")];
    const { person: reference } = c.req.valid("json");
    const into = await requirePerson(c, c.req.param("id"));
    const from = reference === undefined ? null : await requirePerson(c, reference, "person");
    const merge = await findMerge(db, actor, { intoId: into.namedId, fromId: from?.namedId });
    if (!merge) throw new ApiError("conflict", { text: nothingToUndo(into, from) });
    if (!(await undoMerge(db, actor, merge.id, Date.now()))) {
      const later = await findMergeOnTop(db, actor, merge.id);
      throw later ? new ApiError("conflict", { text: undoFirst(later) }) : overtaken();
    }
    // A successor whom only this merge brought to the team is gone from it, and then the other one is there.
    return c.json(await details(c, (await findPerson(db, actor, into.id)) ?? (await requirePerson(c, merge.from.id))));
  });

async function details(c: Context<AppContext>, row: PersonRow) {
  const [db, actor] = [c.get("db"), c.get("actor")];
  const [identities, merges] = await Promise.all([listIdentities(db, actor, row.id), listMerges(db, actor, row.id)]);
  return {
    ...personBody(row, actor.teamTimeZone),
    identities: identities.map(identityBody),
    merges: merges.map(mergeBody),
  };
}

/** Two people at work on the same merge: the other one was first. */
const overtaken = () => new ApiError("conflict", { text: "Somebody else has just merged or unmerged these people" });
