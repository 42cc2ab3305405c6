import { createScheduledController, listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { scheduled } from "../../src/cron.ts";
import { judge } from "../../src/metrics/health.ts";
import { direct } from "../support/direct.ts";
import { mintTeam } from "../support/team.ts";
import { without } from "../support/without.ts";

const MINUTE = 60_000;
const FIVE = "*/5 * * * *";
const FIFTEEN = "*/15 * * * *";

/** Each test is an hour after the one before, so that no answer comes from the cache. */
let now = Date.parse("2035-01-01T00:00:00Z");
beforeEach(async () => {
  now += 60 * MINUTE;
  vi.useFakeTimers({ toFake: ["Date"], now });
  await ran({ [FIVE]: 0, [FIFTEEN]: 0 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Sets how many minutes ago each cron expression last ran. */
async function ran(ages: Record<string, number>): Promise<void> {
  for (const [cron, minutes] of Object.entries(ages)) {
    await env.DB.prepare("INSERT OR REPLACE INTO cron_runs (cron, succeeded_at) VALUES (?, ?)")
      .bind(cron, now - minutes * MINUTE)
      .run();
  }
}

/** Asks for the health without any key. */
async function health(bindings: Partial<Env> = {}) {
  const response = await direct("/health", {}, bindings);
  return { status: response.status, headers: response.headers, body: await response.json<Record<string, unknown>>() };
}

describe("GET /health", () => {
  test("A deployment that works answers 200 to a caller without a key", async () => {
    await ran({ [FIVE]: 4, [FIFTEEN]: 14 });
    const { status, headers, body } = await health();
    expect(status).toBe(200);
    expect(headers.get("Cache-Control")).toBe("public, max-age=10");
    const at = (minutes: number) => new Date(now - minutes * MINUTE).toISOString().replace(".000Z", "Z");
    expect(body).toEqual({
      ...{ status: "ok", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      ...{ d1: { reachable: true }, objects: { reachable: true } },
      crons: [
        { cron: FIVE, ok: true, last_run_at: at(4), age_seconds: 240 },
        { cron: FIFTEEN, ok: true, last_run_at: at(14), age_seconds: 840 },
      ],
    });
  });

  test("A cron expression that missed three runs makes it a 503", async () => {
    await ran({ [FIVE]: 16 });
    const { status, body } = await health();
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: "failing", crons: [{ cron: FIVE, ok: false }, { ok: true }] });
  });

  test("Without D1 the answer is 503, and shows no error message", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await without("cron_runs", async () => {
      const { status, body } = await health();
      expect(status).toBe(503);
      expect(body).toMatchObject({ d1: { reachable: false }, objects: { reachable: true }, crons: [] });
      expect(JSON.stringify(body)).not.toContain("no such table");
    });
    expect(log).toHaveBeenCalledOnce();
  });

  test("Without the objects the answer is 503", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = { getByName: () => ({ wake: () => Promise.reject(new Error("unreachable")) }) };
    const { status, body } = await health({ TEAM_PRESENCE: broken as unknown as Env["TEAM_PRESENCE"] });
    expect(status).toBe(503);
    expect(body).toMatchObject({ d1: { reachable: true }, objects: { reachable: false } });
  });

  test("An answer is used again for 10 seconds", async () => {
    expect((await health()).status).toBe(200);
    await ran({ [FIVE]: 60 });
    vi.setSystemTime(now + 9_999);
    expect((await health()).status).toBe(200);
    vi.setSystemTime(now + 10_000);
    expect((await health()).status).toBe(503);
  });

  test("It creates one object of its own, and no object of a team", async () => {
    await mintTeam();
    const own = String(env.TEAM_PRESENCE.idFromName("health"));
    const before = new Set((await listDurableObjectIds(env.TEAM_PRESENCE)).map(String));
    await health();
    const after = (await listDurableObjectIds(env.TEAM_PRESENCE)).map(String);
    expect(after.filter((id) => id !== own && !before.has(id))).toEqual([]);
    expect(after).toContain(own);
  });
});

describe("the last run of cron", () => {
  const runOf = async (cron: string) =>
    (await env.DB.prepare("SELECT succeeded_at AS at FROM cron_runs WHERE cron = ?")
      .bind(cron)
      .first<{ at: number }>())!.at;
  const fire = (cron: string) => scheduled(createScheduledController({ cron, scheduledTime: now }), env);

  test.each([FIVE, FIFTEEN])("A run of %s without a failure is recorded", async (cron) => {
    await ran({ [cron]: 30 });
    await fire(cron);
    expect(await runOf(cron)).toBe(now);
  });

  test("A run with a failure is not recorded", async () => {
    await ran({ [FIFTEEN]: 30 });
    await without("stale_days", () => expect(fire(FIFTEEN)).rejects.toThrow());
    expect(await runOf(FIFTEEN)).toBe(now - 30 * MINUTE);
  });
});

test("A cron expression that never ran is a failure", () => {
  expect(judge([], true, 0)).toMatchObject({ isOk: false, crons: [{ succeededAt: null, isOk: false }, {}] });
});

test("A clock that is behind D1 gives an age of 0", () => {
  expect(judge([{ cron: FIVE, succeededAt: 5_000 }], true, 0).crons[0]).toMatchObject({ ageMs: 0, isOk: true });
});
