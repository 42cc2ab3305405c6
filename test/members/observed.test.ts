import { beforeAll, describe, expect, test } from "vitest";
import { rows } from "../support/database.ts";
import { expectConflict, mergeableRows, postMerge } from "../support/merges.ts";
import { push } from "../support/presence.ts";
import { request } from "../support/subject.ts";
import { call, mintTeam, type Team } from "../support/team.ts";

type Found = { id: string; name: string; time_zone: string };

const find = (team: Team, who: string) => request<Found>(`/people/${who}`, { headers: team.asTeam });

const change = (team: Team, who: string, body: object) =>
  call(`/api/v1/members/${who}`, { method: "PATCH", headers: team.asTeam, body });

describe("A team that only observes a person of another team of the account", () => {
  let home: Team;
  let observing: Team;
  let ada: Found;

  beforeAll(async () => {
    home = await mintTeam();
    observing = await mintTeam({ accountId: home.accountId });
    const user = { personIdentifier: "ada", name: "Ada", status: "online", timezone: "Europe/Madrid" };
    await push(home, [user, { personIdentifier: "eve", status: "online" }]);
    await push(observing, { ada: "online", eve: "online", "ada-laptop": "online", bob: "online" });
    ada = await find(home, "ada");
    for (const who of ["ada", "eve"]) expect((await change(home, who, { role: "active" })).status).toBe(200);
  });

  test.each([
    ["name", { name: "Renamed" }],
    ["first name", { first_name: "Renamed" }],
    ["e-mail", { email: "taken@observing.example" }],
    ["time zone", { time_zone: "Asia/Tokyo" }],
    ["location", { location: "Elsewhere" }],
    ["name together with the username", { username: "renamed", name: "Renamed" }],
  ])("It cannot change the person's %s", async (_, body) => {
    const before = await mergeableRows(home);
    expect(await expectConflict(change(observing, "ada", body))).toContain(ada.id);
    expect(await mergeableRows(home)).toEqual(before);
  });

  test("It can change its own membership of the person", async () => {
    expect((await change(observing, "ada", { username: "ada.observed" })).status).toBe(200);
    expect(await find(observing, "ada.observed")).toMatchObject({ id: ada.id, name: "Ada" });
  });

  test("It can neither merge another person into that one, nor that one into another", async () => {
    const before = await mergeableRows(home);
    await expectConflict(postMerge(observing, "ada", "merge", "ada-laptop"));
    await expectConflict(postMerge(observing, "ada-laptop", "merge", "ada"));
    expect(await mergeableRows(home)).toEqual(before);
  });

  test("It can merge people who are on no other team", async () => {
    expect((await postMerge(observing, "ada-laptop", "merge", "bob")).status).toBe(200);
    expect((await postMerge(observing, "ada-laptop", "unmerge")).status).toBe(200);
  });

  test("It cannot undo a merge of the other team", async () => {
    expect((await postMerge(home, "ada", "merge", "eve")).status).toBe(200);
    const before = await mergeableRows(home);
    await expectConflict(postMerge(observing, "ada", "unmerge"));
    await expectConflict(postMerge(observing, "ada", "unmerge", "eve"));
    expect(await mergeableRows(home)).toEqual(before);
    // As a member of both teams, Ada may be changed by either; Eve, who was merged, is still only observed.
    expect((await change(observing, "ada", { role: "active" })).status).toBe(200);
    await expectConflict(postMerge(observing, "ada", "unmerge"));
    expect((await change(observing, "ada", { role: "observer" })).status).toBe(200);
    expect((await postMerge(home, "ada", "unmerge")).status).toBe(200);
  });

  test("Its tools change neither the time zone nor the e-mail of the person", async () => {
    const changed = { personIdentifier: "ada", status: "busy", timezone: "Asia/Tokyo", email: "ada@observing.example" };
    await push(observing, [changed]);
    expect(await find(home, "ada")).toMatchObject({ time_zone: "Europe/Madrid", email: null });
    await push(home, [{ ...changed, timezone: "Europe/London", email: "ada@home.example" }]);
    expect(await find(home, "ada")).toMatchObject({ time_zone: "Europe/London", email: "ada@home.example" });
  });

  test("It can change the person once they are a member of it", async () => {
    expect((await change(observing, "ada", { role: "active" })).status).toBe(200);
    expect((await change(observing, "ada", { name: "Ada Lovelace" })).status).toBe(200);
    expect(await rows("SELECT name FROM people WHERE id = ?", ada.id)).toEqual([{ name: "Ada Lovelace" }]);
  });
});
