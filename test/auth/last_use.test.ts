import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mintTeam, type Team } from "../support/team.ts";
import { knock } from "./probe.ts";

const NOON = Date.parse("2026-11-20T12:00:00Z");

let team: Team;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  team = await mintTeam();
});
afterEach(() => vi.useRealTimers());

const lastUse = () =>
  env.DB.prepare("SELECT last_used_at FROM integrations WHERE id = ?").bind(team.integrationId).first("last_used_at");

test("the first use of an integration is written down", async () => {
  expect(await lastUse()).toBeNull();
  await knock("integration", team.asIntegration);
  expect(await lastUse()).toBe(NOON);
});

test("after that, a use is written once five minutes have passed", async () => {
  await knock("integration", team.asIntegration);
  vi.setSystemTime(NOON + 299_999);
  await knock("integration", team.asIntegration);
  expect(await lastUse()).toBe(NOON);
  vi.setSystemTime(NOON + 300_000);
  await knock("integration", team.asIntegration);
  expect(await lastUse()).toBe(NOON + 300_000);
});

test("a request within five minutes costs D1 one read and nothing else", async () => {
  const asked: string[] = [];
  const prepare = (statement: string) => {
    asked.push(statement.split(" ", 1)[0]!);
    return env.DB.prepare(statement);
  };
  await knock("integration", team.asIntegration, { DB: { prepare } });
  expect(asked).toEqual(["select", "update"]);
  await knock("integration", team.asIntegration, { DB: { prepare } });
  expect(asked).toEqual(["select", "update", "select"]);
});

test("of many at once, one writes", async () => {
  await env.DB.exec("CREATE TABLE writes (id TEXT)");
  await env.DB.exec(
    "CREATE TRIGGER count_writes AFTER UPDATE OF last_used_at ON integrations BEGIN INSERT INTO writes VALUES (new.id); END",
  );
  await Promise.all(Array.from({ length: 10 }, () => knock("integration", team.asIntegration)));
  expect(await env.DB.prepare("SELECT count(*) AS n FROM writes").first("n")).toBe(1);
});

test("a refused request is no use, nor is one under the team key", async () => {
  await knock("team", team.asIntegration);
  await knock("either", team.asTeam);
  await env.DB.prepare("UPDATE integrations SET active = 0 WHERE id = ?").bind(team.integrationId).run();
  expect((await knock("integration", team.asIntegration)).status).toBe(403);
  expect(await lastUse()).toBeNull();
});
