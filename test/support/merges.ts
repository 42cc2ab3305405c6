import { expect } from "vitest";
import { rows } from "./database.ts";
import { reportPeople } from "./people.ts";
import { call, mintPerson, type Team } from "./team.ts";

export type Merge = { id: string; from: { id: string; name: string }; created_at: string };
export type Person = { id: string; name: string; identities: { identifier: string }[]; merges: Merge[] };

/** Requests a merge of `person` into `id`, or its undoing. Both may be any reference. */
export const postMerge = (team: Team, id: string, verb: "merge" | "unmerge", person?: string) =>
  call(`/api/v1/people/${encodeURIComponent(id)}/${verb}`, {
    headers: team.asTeam,
    method: "POST",
    ...(person !== undefined && { body: { person } }),
  });

/** Expects a 200 and returns its person. */
export async function expectPerson(response: Promise<Response>): Promise<Person> {
  expect((await response).status).toBe(200);
  return (await response).json();
}

/** Expects a 409 and returns its text. */
export async function expectConflict(response: Promise<Response>): Promise<string> {
  expect((await response).status).toBe(409);
  const body: { code: string; error: string } = await (await response).json();
  expect(body.code).toBe("conflict");
  return body.error;
}

export const getPerson = (team: Team, id: string): Promise<Person> =>
  expectPerson(call(`/api/v1/people/${encodeURIComponent(id)}`, { headers: team.asTeam }));

/** The names of the team's people, in the order of the list. */
export async function listNames(team: Team): Promise<string[]> {
  const body: { data: Person[] } = await (await call("/api/v1/people", { headers: team.asTeam })).json();
  return body.data.map(({ name }) => name);
}

export const identifiersOf = (person: Person): string[] => person.identities.map(({ identifier }) => identifier).sort();

/** Creates a person of each name, with an identifier and an e-mail made from it, and returns their ids. */
export async function mintPeople<N extends string[]>(team: Team, ...names: N): Promise<{ [K in keyof N]: string }> {
  const ids = await Promise.all(
    names.map(async (name) => {
      const email = `${name.toLowerCase()}@x.test`;
      const id = await mintPerson(team, { name, email });
      await reportPeople(team, { identifier: `tool-${name}`, email });
      return id;
    }),
  );
  return ids as { [K in keyof N]: string };
}

/** Every row of the team's account that a merge may change. */
export const mergeableRows = (team: Team) =>
  Promise.all([
    rows("SELECT * FROM people WHERE account_id = ? ORDER BY id", team.accountId),
    rows("SELECT * FROM identities WHERE account_id = ? ORDER BY id", team.accountId),
    rows(
      `SELECT member.* FROM members member JOIN teams team ON team.id = member.team_id
       WHERE team.account_id = ? ORDER BY member.id`,
      team.accountId,
    ),
  ]);

export const directoryVersion = async (team: Team): Promise<number> => {
  const [account] = await rows<{ version: number }>(
    "SELECT directory_version AS version FROM accounts WHERE id = ?",
    team.accountId,
  );
  return account!.version;
};

/** The merges of the team's account that are not undone. */
export const activeMerges = (team: Team) =>
  rows("SELECT id FROM merges WHERE account_id = ? AND undone_at IS NULL", team.accountId);
