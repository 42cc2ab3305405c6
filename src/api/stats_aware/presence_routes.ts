import { type Context, Hono } from "hono";
import { guard } from "../../auth/key_guard.ts";
import { readBody, readJson } from "../../http/body.ts";
import { type AppContext, serviceContext } from "../../http/context.ts";
import { issueInBody, isWithinItem, readItems, sentText } from "../../http/items.ts";
import { tagged } from "../../http/metadata.ts";
import { badRequest, describeIssues } from "../../lib/failure.ts";
import { newIdentityRefusal } from "../../people/new_identities.ts";
import { recordHeartbeat } from "../../presence/service.ts";
import { acceptedBody } from "./presence_body.ts";
import { PresenceCache } from "./presence_cache.ts";
import { presenceBatch, presenceUser } from "./presence_schema.ts";
import { type ParsedUpdate, toHeartbeat } from "./presence_update.ts";

/** Parsed bodies of this isolate. */
const cache = new PresenceCache();

/** The most issues that one answer lists. */
const MAX_ISSUES = 100;

/**
 * Parses a whole body. Invalid users become failures, and the others are kept. Fails with `bad_request` where the rest of the
 * body is invalid, or all of its users are.
 */
export function parseUpdate(body: string): ParsedUpdate {
  const { value, problems } = readJson(presenceBatch, body, isWithinItem("users"));
  const items = readItems(presenceUser, value.users, problems);
  const valid = items.flatMap((item) => ("value" in item ? [{ ...item.value, index: item.index }] : []));
  const invalid = items.flatMap((item) => ("issues" in item ? [item] : []));
  if (invalid.length > 0 && valid.length === 0) {
    const issues = invalid.flatMap(({ index, issues }) => issues.map((issue) => issueInBody("users", index, issue)));
    throw badRequest(issues.slice(0, MAX_ISSUES));
  }
  const failures = invalid.map(({ index, sent, issues }) => ({
    ...{ index, personIdentifier: sentText(sent, "personIdentifier"), message: describeIssues(issues) },
  }));
  return toHeartbeat({ ...value, users: valid }, failures);
}

/** Receives heartbeats. No `jsonBody`: most bodies are in the cache and need no parsing. */
export const presenceUpdateRoutes = new Hono<AppContext>().post(
  "/presence",
  guard("integration"),
  tagged(
    async function report(c: Context<AppContext>) {
      const body = await readBody(c.req.raw);
      const context = serviceContext(c);
      const update = cache.read(context.actor.integration!.id, body, parseUpdate);
      const outcome = await recordHeartbeat(context, update);
      const reason = newIdentityRefusal(context.actor.team.newIdentitiesPerDay);
      return c.json(acceptedBody(update, { ...outcome, reason }, context.now));
    },
    { json: presenceBatch },
  ),
);
