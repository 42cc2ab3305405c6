import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { app } from "../../src/app.ts";
import { guard } from "../../src/auth/guard.ts";
import { direct } from "../support/direct.ts";

// A route for each kind of guard, which says who is calling and needs nothing but its guard.
for (const accepts of ["integration", "team", "either"] as const) {
  app.get(`/api/v1/probe/${accepts}`, guard(accepts), (c) => c.json(c.get("caller")));
}

/** Asks the route whose guard takes `accepts`. */
export const knock = (
  accepts: "integration" | "team" | "either",
  headers: Record<string, string> = {},
  bindings: Record<string, unknown> = {},
): Promise<Response> => direct(`/api/v1/probe/${accepts}`, { headers }, bindings);

/** The body of every refusal. */
export const refusal = (error: string, code: string) => ({
  success: false,
  error,
  code,
  request_id: expect.stringMatching(/./),
});

/** Runs `act` while D1 cannot say anything about keys. */
export async function withoutKeysTable(act: () => Promise<void>): Promise<void> {
  await env.DB.exec("ALTER TABLE api_keys RENAME TO api_keys_away");
  try {
    await act();
  } finally {
    await env.DB.exec("ALTER TABLE api_keys_away RENAME TO api_keys");
  }
}
