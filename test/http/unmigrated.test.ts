import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { direct } from "../support/direct.ts";

declare global {
  namespace Cloudflare {
    interface Env {
      /** A database without tables, as before the first migration. */
      EMPTY: D1Database;
    }
  }
}

const COMMAND = "npx wrangler d1 migrations apply DB --local";

let log: MockInstance<typeof console.error>;
beforeEach(() => {
  log = vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => log.mockRestore());

test.each([
  ["a key", "/api/v1/people", { headers: { Authorization: "Bearer tc_aaaaaaaaaaaaaaaaaaaa" } }],
  [
    "the set-up token",
    "/api/v1/setup",
    {
      headers: { Authorization: `Bearer ${env.SETUP_TOKEN}` },
      body: { team: { name: "First", time_zone: "Europe/Madrid" }, owner: { name: "Ada", email: "ada@example.com" } },
    },
  ],
])(
  "When the database has no tables, the answer to a request with %s and the log name the command that creates them",
  async (_, path, init) => {
    const response = await direct(path, init, { DB: env.EMPTY });
    const body = await response.json();
    expect({ status: response.status, body }).toMatchObject({ status: 503, body: { code: "unavailable" } });
    expect(body).toHaveProperty("error", expect.stringContaining(COMMAND));
    expect(log.mock.calls.flat().join("\n")).toContain(COMMAND);
  },
);
