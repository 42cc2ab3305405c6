import { describe, expect, test } from "vitest";
import { newId } from "../../src/lib/id.ts";
import { get, postAnswers, read, statuses } from "../support/checkins.ts";
import { rows } from "../support/database.ts";
import { expectError } from "../support/error.ts";
import { changeMember, getMember, listMemberNames } from "../support/members.ts";
import { presence, push } from "../support/presence.ts";
import { call, mintTeam } from "../support/team.ts";

import { type AccountTeam, archive, asOperator, createTeam, list, patch, post } from "./teams_client.ts";

describe("a new team", () => {
  test("It has its own key, which is shown once, and integrations of its own", async () => {
    const { accountId, asTeam } = await mintTeam();
    const response = await post(accountId, { name: "Beta", time_zone: "Europe/Kyiv" });
    expect(response.status).toBe(201);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const { key, ...team } = await response.json<AccountTeam>();
    expect(team).toEqual({
      ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: "Beta", slug: expect.stringMatching(/^beta(-\d+)?$/) },
      ...{ time_zone: "Europe/Kyiv", archived_at: null, created_at: expect.any(String) },
    });
    expect(key).toMatch(/^[\w-]{43}$/);
    expect((await list(accountId)).data).toContainEqual(team);
    const asNew = { "X-TEAM-ID": team.id, "X-API-KEY": key };
    expect(await read(call("/api/v1/team", { headers: asNew }))).toMatchObject({ id: team.id, name: "Beta" });
    expect(await read(call("/api/v1/integrations", { headers: asNew }))).toMatchObject({ data: [] });
    const { data } = await read<{ data: { id: string }[] }>(call("/api/v1/integrations", { headers: asTeam }));
    expect(data).toHaveLength(1);
    await createTeam(accountId);
  });

  test("A slug that another team has is a conflict, in any account, and an account that does not exist is a 404", async () => {
    const { accountId } = await mintTeam();
    const slug = `taken-${newId()}`;
    await read(post((await mintTeam()).accountId, { name: "First", slug }), 201);
    const { error } = await expectError(await post(accountId, { name: "Second", slug }), 409, "conflict");
    expect(error).toBe("slug: another team has it");
    for (const response of [
      await post(newId(), { name: "Second" }),
      await patch(newId(), newId(), { name: "x" }),
      await call(`/api/v1/teams?account_id=${newId()}`, { headers: asOperator }),
    ]) {
      expect((await expectError(response, 404, "not_found")).error).toBe("account_id: not found");
    }
  });

  test.each<[object, string]>([
    [{}, "name"],
    [{ name: " " }, "name"],
    [{ name: "x", slug: "A b" }, "slug"],
    [{ name: "x", time_zone: "EST" }, "time_zone"],
    [{ name: "x", key: "mine" }, "key"],
  ])("The body %j is a 400 that names the field", async (body, field) => {
    const { accountId } = await mintTeam();
    const { issues } = await expectError(await post(accountId, body), 400, "bad_request");
    expect(issues!.map((issue) => issue.path)).toEqual([field]);
    expect((await list(accountId)).data).toHaveLength(1);
  });

  test("An account has at most 1,000 teams, and the answer says so", async () => {
    const { accountId } = await mintTeam();
    await rows(
      `INSERT INTO teams (id, account_id, slug, name, time_zone, created_at)
       WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 998)
       SELECT ?1 || value, ?1, ?1 || value, 'x', 'UTC', 0 FROM n RETURNING id`,
      accountId,
    );
    await read(post(accountId, { name: "The thousandth" }), 201);
    const { error } = await expectError(await post(accountId, { name: "One more" }), 409, "conflict");
    expect(error).toBe("An account has at most 1000 teams");
    await rows("DELETE FROM teams WHERE account_id = ? AND created_at = 0 RETURNING id", accountId);
  });
});

test("The list has every team of the account and none of another, the newest first, in pages", async () => {
  const [ours, other] = [await mintTeam(), await mintTeam()];
  for (const name of ["Beta", "Gamma"]) await read(post(ours.accountId, { name }), 201);
  await archive(ours);
  const first = await list(ours.accountId, "limit=2");
  const second = await list(ours.accountId, `limit=2&cursor=${first.next_cursor}`);
  expect(second.next_cursor).toBeNull();
  const all = [...first.data, ...second.data];
  expect(all.map(({ name }) => name).sort()).toEqual(["Beta", "Gamma", "Test"]);
  expect(all.find(({ id }) => id === ours.teamId)!.archived_at).toEqual(expect.any(String));
  expect(all.map(({ id }) => id)).not.toContain(other.teamId);
  expect(all.some((team) => "key" in team)).toBe(false);
});

describe("a change of a team", () => {
  test("It is renamed, and keeps its slug, settings and keys", async () => {
    const team = await mintTeam();
    const { slug } = await get<{ slug: string }>(team, "/team");
    const renamed = await read<AccountTeam>(patch(team.accountId, team.teamId, { name: " New name " }));
    expect(renamed).toMatchObject({ id: team.teamId, name: "New name", slug, archived_at: null });
    expect(await get(team, "/team")).toMatchObject({ name: "New name", slug });
  });

  test("A team of another account is a 404, and stays as it is", async () => {
    const [ours, other] = [await mintTeam(), await mintTeam()];
    const response = await patch(ours.accountId, other.teamId, { name: "Ours", archived: true });
    await expectError(response, 404, "not_found");
    expect(await get(other, "/team")).toMatchObject({ name: "Test" });
  });

  test.each<[object, string]>([
    [{}, ""],
    [{ archived: "yes" }, "archived"],
    [{ name: "x", slug: "x" }, "slug"],
  ])("The body %j is a 400 that names the field", async (body, field) => {
    const team = await mintTeam();
    const { issues } = await expectError(await patch(team.accountId, team.teamId, body), 400, "bad_request");
    expect(issues!.map((issue) => issue.path)).toEqual([field]);
  });

  test("A team key, an integration key and no key are refused", async () => {
    const team = await mintTeam();
    for (const headers of [team.asTeam, team.asIntegration, {}]) {
      for (const response of [
        await call(`/api/v1/teams?account_id=${team.accountId}`, { headers }),
        await post(team.accountId, { name: "x" }, headers),
        await patch(team.accountId, team.teamId, { archived: true }, headers),
      ]) {
        await expectError(response, 401, "invalid_setup_token");
      }
    }
    expect((await call("/api/v1/team", { headers: team.asTeam })).status).toBe(200);
  });
});

describe("a person on two teams of an account", () => {
  test("They are active on one and an observer on the other, with check-ins and presence of each apart", async () => {
    const team = await mintTeam();
    const sibling = await createTeam(team.accountId);
    for (const one of [team, sibling]) {
      await read(
        call("/api/v1/team", { method: "PATCH", headers: one.asTeam, body: { work_days: [1, 2, 3, 4, 5, 6, 7] } }),
      );
      await push(one, { ada: "online" });
    }
    await changeMember(team, "ada", { role: "active", username: "ada-here", manager: true });
    expect(await getMember(sibling, "ada")).toMatchObject({ role: "observer", manager: false, username: "ada" });
    await read(postAnswers(team, "ada", { next: "#ours" }), 201);
    await expectError(await postAnswers(sibling, "ada", { next: "x" }), 409, "conflict");
    expect(await statuses(sibling)).toEqual([]);
    expect(await get(sibling, "/tags")).toEqual({ tags: [] });
    await push(team, { ada: "offline" });
    expect(await presence(sibling)).toMatchObject({ ada: { present: true, status: "online" } });
    expect(await presence(team)).toMatchObject({ ada: { present: false } });
    expect(await listMemberNames(sibling)).toEqual(["ada"]);
  });
});
