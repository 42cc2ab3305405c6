import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { mintTeam, type Team } from "../support/team.ts";
import { callGuarded } from "./probe.ts";

const NOON = Date.parse("2026-11-20T12:00:00Z");

let team: Team;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  team = await mintTeam();
});
afterEach(() => vi.useRealTimers());

const lastUse = () =>
  env.DB.prepare("SELECT last_used_at FROM integrations WHERE id = ?").bind(team.integrationId).first("last_used_at");

test("The first use of an integration is written", async () => {
  expect(await lastUse()).toBeNull();
  await callGuarded("integration", team.asIntegration);
  expect(await lastUse()).toBe(NOON);
});

test("A later use is written five minutes after the last one written", async () => {
  await callGuarded("integration", team.asIntegration);
  vi.setSystemTime(NOON + 299_999);
  await callGuarded("integration", team.asIntegration);
  expect(await lastUse()).toBe(NOON);
  vi.setSystemTime(NOON + 300_000);
  await callGuarded("integration", team.asIntegration);
  expect(await lastUse()).toBe(NOON + 300_000);
});

test("A request within five minutes costs one read of D1 and no write", async () => {
  const asked: string[] = [];
  const prepare = (statement: string) => {
    asked.push(statement.split(" ", 1)[0]!);
    return env.DB.prepare(statement);
  };
  await callGuarded("integration", team.asIntegration, { DB: { prepare } });
  expect(asked).toEqual(["select", "update"]);
  await callGuarded("integration", team.asIntegration, { DB: { prepare } });
  expect(asked).toEqual(["select", "update", "select"]);
});

test("Only one of several requests at the same time writes the use", async () => {
  await env.DB.exec("CREATE TABLE writes (id TEXT)");
  await env.DB.exec(
    "CREATE TRIGGER count_writes AFTER UPDATE OF last_used_at ON integrations BEGIN INSERT INTO writes VALUES (new.id); END",
  );
  await Promise.all(Array.from({ length: 10 }, () => callGuarded("integration", team.asIntegration)));
  expect(await env.DB.prepare("SELECT count(*) AS n FROM writes").first("n")).toBe(1);
});

test("A refused request or one with the team key writes no use", async () => {
  await callGuarded("team", team.asIntegration);
  await callGuarded("either", team.asTeam);
  await env.DB.prepare("UPDATE integrations SET active = 0 WHERE id = ?").bind(team.integrationId).run();
  expect((await callGuarded("integration", team.asIntegration)).status).toBe(403);
  expect(await lastUse()).toBeNull();
});
