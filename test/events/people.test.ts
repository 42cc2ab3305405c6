import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { call, mintPerson, mintTeam, type Team } from "../support/team.ts";
import { anEvent, list, push } from "./client.ts";

const roleOf = (team: Team, personId: string) =>
  env.DB.prepare("SELECT role FROM members WHERE team_id = ? AND person_id = ?")
    .bind(team.teamId, personId)
    .first("role");

const countPeople = (team: Team) =>
  env.DB.prepare("SELECT count(*) AS n FROM people WHERE account_id = ?").bind(team.accountId).first<number>("n");

test("A person first seen in an event joins the team as observer", async () => {
  const team = await mintTeam();
  await push(team, anEvent({ personIdentifier: "new.comer" }), anEvent({ personIdentifier: "new.comer" }));
  const { data } = await list(team);
  expect(new Set(data.map((event) => event.person_id)).size).toBe(1);
  expect(await roleOf(team, data[0]!.person_id)).toBe("observer");
  expect(await countPeople(team)).toBe(1);
});

test("An e-mail as identifier links to the person with that e-mail, in any case", async () => {
  const team = await mintTeam();
  const jane = await mintPerson(team, { name: "Jane", email: "jane.smith@example.com" });
  await push(team, anEvent({ personIdentifier: "Jane.Smith@Example.COM" }));
  const { data } = await list(team);
  expect(data).toMatchObject([{ person_id: jane, identifier: "Jane.Smith@Example.COM" }]);
  expect(await roleOf(team, jane)).toBe("active");
  expect(await countPeople(team)).toBe(1);
});

test("Two spellings of a new e-mail in one batch create one person", async () => {
  const team = await mintTeam();
  await push(team, anEvent({ personIdentifier: "a@example.com" }), anEvent({ personIdentifier: "A@example.com" }));
  expect(await countPeople(team)).toBe(1);
});

test("Two teams of an account share people but not events", async () => {
  const one = await mintTeam();
  const two = await mintTeam({ accountId: one.accountId });
  await push(one, anEvent({ personIdentifier: "shared" }));
  await push(two, anEvent({ personIdentifier: "shared" }));
  const [ours, theirs] = [(await list(one)).data, (await list(two)).data];
  expect(ours).toHaveLength(1);
  expect(theirs).toMatchObject([{ person_id: ours[0]!.person_id }]);
  expect((await list(two, { person: "shared" })).data).toEqual(theirs);
  expect(await roleOf(two, ours[0]!.person_id)).toBe("observer");
});

test("The same identifier in another account is another person, whose events are never listed", async () => {
  const [ours, theirs] = [await mintTeam(), await mintTeam()];
  await push(ours, anEvent({ personIdentifier: "ann" }));
  const secret = anEvent({ personIdentifier: "ann" });
  await push(theirs, secret, anEvent({ personIdentifier: "theirs.alone" }));
  const [event, ...others] = (await list(ours)).data;
  expect(others).toEqual([]);
  expect((await list(ours, { person: "ann" })).data).toEqual([event]);
  expect((await list(ours, { external_id: secret.externalId })).data).toEqual([]);
});

test("An unknown person and a person of another account give the same 404", async () => {
  const [ours, theirs] = [await mintTeam(), await mintTeam()];
  await push(theirs, anEvent({ personIdentifier: "theirs.alone" }));
  const [event] = (await list(theirs)).data;
  const answers = await Promise.all(
    ["nobody", "theirs.alone", event!.person_id].map(async (person) => {
      const response = await call(`/api/v1/events?person=${person}`, { headers: ours.asIntegration });
      const body: { request_id: string } = await response.json();
      return { status: response.status, ...body, request_id: "" };
    }),
  );
  expect(answers[0]).toEqual({ status: 404, success: false, error: "Not found", code: "not_found", request_id: "" });
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
});

test("A merge moves events to the other person, and undoing it moves them back", async () => {
  const team = await mintTeam();
  await push(
    team,
    anEvent({ personIdentifier: "john.doe", timestamp: "2024-01-15T10:00:00Z" }),
    anEvent({ personIdentifier: "emp_1", timestamp: "2024-01-15T11:00:00Z" }),
    anEvent({ personIdentifier: "john.doe", timestamp: "2024-01-15T12:00:00Z" }),
    anEvent({ personIdentifier: "somebody.else", timestamp: "2024-01-15T13:00:00Z" }),
  );
  const { data: before } = await list(team);
  const identifiers = async (person: string) => (await list(team, { person })).data.map((event) => event.identifier);
  const request = (verb: string, body: object) =>
    call(`/api/v1/people/john.doe/${verb}`, { headers: team.asTeam, body });

  expect((await request("merge", { person: "emp_1" })).status).toBe(200);
  expect(await identifiers("john.doe")).toEqual(["john.doe", "emp_1", "john.doe"]);
  expect(await identifiers("emp_1")).toEqual(["john.doe", "emp_1", "john.doe"]);
  expect((await request("unmerge", {})).status).toBe(200);
  expect(await identifiers("emp_1")).toEqual(["emp_1"]);
  expect((await list(team)).data).toEqual(before);
});
