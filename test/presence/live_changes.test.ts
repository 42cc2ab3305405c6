import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { clock, evict, objectOf, presence, push, stopTheClock } from "../support/presence.ts";
import { call, mintTeam, type Team } from "../support/team.ts";
import { connectAndReadSnapshot, type Viewer } from "../support/viewer.ts";
import { without } from "../support/without.ts";

stopTheClock();

/** Sends a request of the team key that must be answered with 2xx. Nothing else is asked of the team afterwards. */
async function ask(team: Team, method: string, path: string, body?: unknown): Promise<void> {
  const response = await call(`/api/v1${path}`, { method, headers: team.asTeam, body });
  expect(response.ok, await response.text()).toBe(true);
}

/** Makes a team with Ada and Bob present, and a viewer whose object has been evicted since. */
async function watchTeam(accountId?: string): Promise<{ team: Team; viewer: Viewer; ids: Record<string, string> }> {
  const team = await mintTeam(accountId === undefined ? {} : { accountId });
  await push(team, { "ada@x.test": "online", "bob@x.test": "training" });
  const ids = Object.fromEntries(Object.values(await presence(team)).map(({ name, person_id }) => [name, person_id]));
  const viewer = await connectAndReadSnapshot(team);
  await evict(team);
  return { team, viewer, ids };
}

describe("A live viewer is sent a change with the answer to its request", () => {
  test("A merge removes one person, and its undoing brings them back", async () => {
    const { team, viewer, ids } = await watchTeam();
    await ask(team, "POST", "/people/ada@x.test/merge", { person: "bob@x.test" });
    expect(await viewer.next()).toMatchObject({ type: "change", removed: [ids["bob@x.test"]] });
    await evict(team);
    await ask(team, "POST", "/people/ada@x.test/unmerge");
    const unmerged = await viewer.next();
    expect(unmerged).toMatchObject({ type: "change", removed: [] });
    expect(unmerged.data.map(({ name }) => name)).toContain("bob@x.test");
  });

  test("A removed member is sent as removed, and comes back when they are added", async () => {
    const { team, viewer, ids } = await watchTeam();
    await ask(team, "DELETE", "/members/ada@x.test");
    expect(await viewer.next()).toMatchObject({ data: [], removed: [ids["ada@x.test"]] });
    await ask(team, "POST", "/members", { email: "ada@x.test", name: "Ada" });
    expect(await viewer.next()).toMatchObject({ data: [{ person_id: ids["ada@x.test"], present: true }], removed: [] });
  });

  test("A new name and a new time zone are sent", async () => {
    const { team, viewer } = await watchTeam();
    await ask(team, "PATCH", "/members/ada@x.test", { name: "Ada" });
    expect(await viewer.next()).toMatchObject({ data: [{ name: "Ada" }] });
    await ask(team, "PATCH", "/members/ada@x.test", { time_zone: "Asia/Tokyo" });
    expect(await viewer.next()).toMatchObject({ data: [{ name: "Ada", time_zone: "Asia/Tokyo" }] });
  });

  test("A new class of a status, and a new time zone of the team, are sent", async () => {
    const { team, viewer } = await watchTeam();
    await ask(team, "PATCH", "/team", { status_classes: { training: "not_working" } });
    expect(await viewer.next()).toMatchObject({ data: [{ name: "bob@x.test", working: false }] });
    await ask(team, "PATCH", "/team", { time_zone: "Asia/Tokyo" });
    expect((await viewer.next()).data.map(({ time_zone }) => time_zone)).toEqual(["Asia/Tokyo", "Asia/Tokyo"]);
  });

  test("The blocks of an integration that is deactivated end for viewers", async () => {
    const { team, viewer } = await watchTeam();
    clock(1);
    await ask(team, "PATCH", `/integrations/${team.integrationId}`, { active: false });
    expect(await viewer.nextStatuses()).toEqual({ "ada@x.test": "offline", "bob@x.test": "offline" });
  });

  test("Viewers of another team of the account that the person is on are sent the change too", async () => {
    const { team } = await watchTeam();
    const { viewer: ofSibling } = await watchTeam(team.accountId);
    await ask(team, "PATCH", "/members/ada@x.test", { name: "Ada", role: "active" });
    expect(await ofSibling.next()).toMatchObject({ data: [{ name: "Ada" }] });
  });
});

test("A change is answered as usual while the object cannot read it, and viewers get it later", async () => {
  const { team, viewer } = await watchTeam();
  // The object reads the persons of identities; the request that changes a status class does not.
  await without("identities", () => ask(team, "PATCH", "/team", { status_classes: { training: "not_working" } }));
  expect(await env.DB.prepare("SELECT status_classes FROM teams WHERE id = ?").bind(team.teamId).first()).toEqual({
    status_classes: '{"training":false}',
  });
  await objectOf(team).wake(1_000);
  expect(await viewer.next()).toMatchObject({ data: [{ name: "bob@x.test", working: false }] });
});
