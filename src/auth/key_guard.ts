import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { bearer } from "../http/bearer.ts";
import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/errors.ts";
import { sha256 } from "../lib/id.ts";
import { rootCause } from "../lib/root_cause.ts";
import type { Caller } from "./actor.ts";
import { findKey, isUseDue, type KeyRecord, recordUse } from "./store.ts";

const INTEGRATION_KEY = /^tc_[0-9A-Za-z]{20}$/;
const TEAM_KEY = /^[\w-]{43}$/;

/** The keys a route takes: an integration's, the team's, or either. */
type Accepts = "integration" | "team" | "either";

/**
 * Lets in a caller with a key of the accepted kind, and leaves who it is under `c.get("caller")`. 401 without a key in
 * force, 403 for an inactive integration or an account whose set-up is unfinished, 429 over the key's rate.
 */
export const guard = (accepts: Accepts) =>
  createMiddleware<AppContext>(async function requireKey(c, next) {
    const shown = shownKey(c, accepts);
    const now = Date.now();
    const db = c.get("db");
    const key = await findRemembered(shown.key, now, (digest) => findKey(db, digest, now));
    if (!key || !shown.fits(key)) throw new ApiError("invalid_api_key");
    if (key.integrationId && !key.active) throw new ApiError("integration_not_active");
    if (key.onboardedAt === null) throw new ApiError("onboarding_incomplete");
    await limitRate(c.env, key);
    if (isUseDue(key, now))
      c.executionCtx.waitUntil(
        recordUse(db, key.integrationId!, now).catch((error) =>
          console.error("auth: last use not written", rootCause(error)),
        ),
      );
    c.set("caller", caller(key));
    await next();
  });

function shownKey(c: Context<AppContext>, accepts: Accepts): { key: string; fits: (key: KeyRecord) => boolean } {
  const teamKey = accepts === "integration" ? undefined : c.req.header("X-API-KEY");
  const integrationKey = accepts === "team" ? undefined : bearer(c);
  if (!teamKey && !integrationKey) throw new ApiError("missing_api_key");
  if (teamKey) {
    const teamId = c.req.header("X-TEAM-ID");
    if (!TEAM_KEY.test(teamKey)) throw new ApiError("invalid_api_key");
    return { key: teamKey, fits: (key) => key.integrationId === null && key.teamId === teamId };
  }
  if (!INTEGRATION_KEY.test(integrationKey!)) throw new ApiError("invalid_api_key");
  return { key: integrationKey!, fits: (key) => key.integrationId !== null };
}

/** Keys D1 lately found good, newest last: presence must get through while D1 is away, and only then is this asked. */
const remembered = new Map<string, { record: KeyRecord; foundAt: number }>();
const REMEMBERED_KEYS = 1_000;
/** An hour: this isolate learns of a key revoked through another only from D1, so what D1 said must not count for ever. */
const REMEMBERED_FOR_MS = 3_600_000;

async function findRemembered(key: string, now: number, find: (digest: string) => Promise<KeyRecord | undefined>) {
  const digest = await sha256(key);
  let record: KeyRecord | undefined;
  try {
    record = await find(digest);
  } catch (error) {
    console.error("auth: D1 did not answer", rootCause(error));
    const last = remembered.get(digest);
    if (last && stillHolds(last, now)) return last.record;
    throw new ApiError("unavailable", { headers: { "Retry-After": "5" } });
  }
  remembered.delete(digest);
  if (record) remembered.set(digest, { record, foundAt: now });
  if (remembered.size > REMEMBERED_KEYS) remembered.delete(remembered.keys().next().value!);
  return record;
}

const stillHolds = ({ record, foundAt }: { record: KeyRecord; foundAt: number }, now: number): boolean =>
  now - foundAt <= REMEMBERED_FOR_MS && (record.expiresAt === null || record.expiresAt > now);

/** The platform's limiter does not say when its window ends; a whole period later it has. */
const RATE_PERIOD_SECONDS = 60;

async function limitRate(env: Env, key: KeyRecord): Promise<void> {
  const [limiter, subject, quota] = key.integrationId
    ? [env.INTEGRATION_KEY_LIMIT, key.integrationId, 600]
    : [env.TEAM_KEY_LIMIT, key.teamId, 60];
  const { success } = await limiter.limit({ key: subject });
  if (success) return;
  throw new ApiError("too_many_requests", {
    headers: {
      "Retry-After": String(RATE_PERIOD_SECONDS),
      "RateLimit-Policy": `"key";q=${quota};w=${RATE_PERIOD_SECONDS}`,
    },
  });
}

const caller = (key: KeyRecord): Caller => ({
  accountId: key.accountId,
  teamId: key.teamId,
  teamSlug: key.teamSlug,
  teamName: key.teamName,
  teamTimeZone: key.teamTimeZone,
  workDays: key.workDays,
  questions: key.questions,
  statusClasses: key.statusClasses,
  storesDetails: key.storesDetails,
  retentionDays: key.retentionDays,
  archivedUntil: key.archivedUntil,
  directoryVersion: key.directoryVersion,
  integration: key.integrationId ? { id: key.integrationId, timeoutMs: key.timeoutMinutes! * 60_000 } : null,
});
