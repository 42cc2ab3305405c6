import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { databaseOf, directoryDatabase, isUnmigrated } from "../db/client.ts";
import type { AppContext } from "../http/context.ts";
import { basic, bearer } from "../http/credentials.ts";
import { ApiError, unmigrated } from "../http/errors.ts";
import { type Accepts, tagged } from "../http/metadata.ts";
import { limitGuesses, tooManyRequests } from "../http/rate.ts";
import { HOUR_MS, MINUTE_MS } from "../lib/duration.ts";
import { sha256 } from "../lib/id.ts";
import { rootCause } from "../lib/root_cause.ts";
import type { Actor } from "./actor.ts";
import { findKey, isUseDue, type KeyRecord, recordUse } from "./store.ts";

const INTEGRATION_KEY = /^tc_[0-9A-Za-z]{20}$/;
const TEAM_KEY = /^[\w-]{43}$/;

type KeyKind = Exclude<Accepts, "setup">;

/**
 * Lets in a caller with a valid key of the accepted kind, and sets `c.get("actor")` and `c.get("db")`. Answers 401 for a
 * missing or invalid key, 403 for an inactive integration, an archived team or an account that is not onboarded, 429 over the key's rate.
 */
export const guard = (accepts: KeyKind) =>
  tagged(
    createMiddleware<AppContext>(async function requireKey(c, next) {
      const presented = presentedKey(c, accepts);
      const now = Date.now();
      const key = await findWithFallback(c.env, presented.key, now);
      if (!key || !presented.matches(key)) {
        await limitGuesses(c);
        throw new ApiError("invalid_api_key");
      }
      if (key.team.archivedAt !== null || (key.integrationId && !key.active))
        throw new ApiError("integration_not_active");
      if (key.onboardedAt === null) throw new ApiError("onboarding_incomplete");
      await limitRate(c.env, key);
      const db = databaseOf(c.env, key.accountId);
      if (isUseDue(key, now))
        c.executionCtx.waitUntil(
          recordUse(db, key.integrationId!, now).catch((error) =>
            console.error("auth: last use not written", rootCause(error)),
          ),
        );
      c.set("db", db);
      c.set("actor", actorOf(key));
      await next();
    }),
    { accepts },
  );

type PresentedKey = { key: string; matches: (key: KeyRecord) => boolean };

/** Reads the key of an accepted kind from the request's headers. A key of another kind counts as missing. */
function presentedKey(c: Context<AppContext>, accepts: KeyKind): PresentedKey {
  const key = (accepts !== "integration" && presentedTeamKey(c)) || (accepts !== "team" && presentedIntegrationKey(c));
  if (!key) throw new ApiError("missing_api_key");
  return key;
}

/**
 * The team key: as `X-API-KEY` beside `X-TEAM-ID`, as a bearer token, or as the password of HTTP Basic beside the team's
 * id. Basic is for GET and HEAD alone: monitoring and calendars can send nothing else, and browsers send it by themselves.
 */
function presentedTeamKey(c: Context<AppContext>): PresentedKey | undefined {
  const teamId = c.req.header("X-TEAM-ID");
  const apiKey = c.req.header("X-API-KEY");
  if (apiKey) return teamKey(apiKey, (id) => id === teamId);
  const token = bearer(c);
  if (token && TEAM_KEY.test(token)) return teamKey(token, (id) => teamId === undefined || id === teamId);
  const login = c.req.method === "GET" || c.req.method === "HEAD" ? basic(c) : undefined;
  return login && teamKey(login.password, (id) => id === login.user);
}

function teamKey(key: string, isTeam: (id: string) => boolean): PresentedKey {
  if (!TEAM_KEY.test(key)) throw new ApiError("invalid_api_key");
  return { key, matches: ({ integrationId, teamId }) => integrationId === null && isTeam(teamId) };
}

function presentedIntegrationKey(c: Context<AppContext>): PresentedKey | undefined {
  const key = bearer(c);
  if (!key) return undefined;
  if (!INTEGRATION_KEY.test(key)) throw new ApiError("invalid_api_key");
  return { key, matches: ({ integrationId }) => integrationId !== null };
}

/** Keys recently found in D1, the newest last. Used only while D1 does not answer, so that presence is still accepted. */
const recentKeys = new Map<string, { record: KeyRecord; foundAt: number }>();
const MAX_RECENT_KEYS = 1_000;
/** An isolate learns only from D1 that a key was revoked, so a cached key must expire. */
const RECENT_FOR_MS = HOUR_MS;

async function findWithFallback(env: Env, key: string, now: number): Promise<KeyRecord | undefined> {
  const digest = await sha256(key);
  let record: KeyRecord | undefined;
  try {
    record = await findKey(directoryDatabase(env), digest, now);
  } catch (error) {
    console.error("auth: D1 did not answer", rootCause(error));
    const recent = recentKeys.get(digest);
    if (recent && isUsable(recent, now)) return recent.record;
    if (await isUnmigrated(directoryDatabase(env), error).catch(() => false)) throw unmigrated();
    throw new ApiError("unavailable", { headers: { "Retry-After": "5" } });
  }
  recentKeys.delete(digest);
  if (record) recentKeys.set(digest, { record, foundAt: now });
  if (recentKeys.size > MAX_RECENT_KEYS) recentKeys.delete(recentKeys.keys().next().value!);
  return record;
}

const isUsable = ({ record, foundAt }: { record: KeyRecord; foundAt: number }, now: number): boolean =>
  now - foundAt <= RECENT_FOR_MS && (record.expiresAt === null || record.expiresAt > now);

/** A quota: so many requests in a period of seconds, as wrangler.toml sets them for the binding of the same name. */
const INTEGRATION_QUOTA = { limit: 600, period: 60 };
const TEAM_QUOTA = { limit: 60, period: 10 };

async function limitRate(env: Env, key: KeyRecord): Promise<void> {
  const [limiter, subject, quota] = key.integrationId
    ? [env.INTEGRATION_KEY_LIMIT, key.integrationId, INTEGRATION_QUOTA]
    : [env.TEAM_KEY_LIMIT, key.teamId, TEAM_QUOTA];
  const { success } = await limiter.limit({ key: subject });
  if (!success) throw tooManyRequests("key", quota);
}

const actorOf = ({ digest, createdAt, expiresAt, integrationId, timeoutMinutes, ...key }: KeyRecord): Actor => ({
  accountId: key.accountId,
  teamId: key.teamId,
  team: key.team,
  directoryVersion: key.directoryVersion,
  integration: integrationId ? { id: integrationId, timeoutMs: timeoutMinutes! * MINUTE_MS } : null,
  key: { digest, createdAt, expiresAt },
});
