import { Hono } from "hono";
import { expect } from "vitest";
import { appOf } from "../../src/app.ts";
import { guard } from "../../src/auth/key_guard.ts";
import type { AppContext } from "../../src/http/context.ts";
import { direct } from "../support/direct.ts";
import { without } from "../support/without.ts";

/** The kinds of guard. */
const KINDS = ["integration", "team", "either"] as const;

// A route for each kind of guard. It answers with the actor.
const probes = new Hono<AppContext>();
for (const accepts of KINDS) probes.get(`/probe/${accepts}`, guard(accepts), (c) => c.json(c.get("actor")));
const app = appOf([probes]);

/** Calls the route whose guard accepts this kind of key. */
export const callGuarded = (
  accepts: (typeof KINDS)[number],
  headers: Record<string, string> = {},
  bindings: Record<string, unknown> = {},
): Promise<Response> => direct(`/api/v1/probe/${accepts}`, { headers }, bindings, app);

/** The body of a refused request. */
export const errorBody = (error: string, code: string) => ({
  success: false,
  error,
  code,
  request_id: expect.stringMatching(/./),
});

/** Runs `act` while D1 cannot read keys. */
export const withoutKeysTable = (act: () => Promise<void>): Promise<void> => without("api_keys", act);
