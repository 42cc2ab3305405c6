import { expect } from "vitest";
import { rows, see } from "./people.ts";
import { call, mintPerson, type Team } from "./team.ts";

export type Merge = { id: string; from: { id: string; name: string }; created_at: string };
export type Person = { id: string; name: string; identities: { identifier: string }[]; merges: Merge[] };

export const post = (team: Team, id: string, verb: "merge" | "unmerge", person?: string) =>
  call(`/api/v1/people/${encodeURIComponent(id)}/${verb}`, {
    headers: team.asTeam,
    method: "POST",
    ...(person !== undefined && { body: { person } }),
  });

export async function done(response: Promise<Response>): Promise<Person> {
  expect((await response).status).toBe(200);
  return (await response).json();
}

export async function conflict(response: Promise<Response>): Promise<string> {
  expect((await response).status).toBe(409);
  const body: { code: string; error: string } = await (await response).json();
  expect(body.code).toBe("conflict");
  return body.error;
}

export const get = (team: Team, id: string): Promise<Person> =>
  done(call(`/api/v1/people/${encodeURIComponent(id)}`, { headers: team.asTeam }));

export async function listed(team: Team): Promise<string[]> {
  const body: { data: Person[] } = await (await call("/api/v1/people", { headers: team.asTeam })).json();
  return body.data.map(({ name }) => name);
}

export const identifiers = (person: Person): string[] => person.identities.map(({ identifier }) => identifier).sort();

/** A person of each name, with an identifier and an e-mail after it; answers their ids. */
export async function mintPeople<N extends string[]>(team: Team, ...names: N): Promise<{ [K in keyof N]: string }> {
  const ids = await Promise.all(
    names.map(async (name) => {
      const email = `${name.toLowerCase()}@x.test`;
      const id = await mintPerson(team, { name, email });
      await see(team, { identifier: `tool-${name}`, email });
      return id;
    }),
  );
  return ids as { [K in keyof N]: string };
}

/** Everything a merge may touch, of the team's account. */
export const stored = (team: Team) =>
  Promise.all([
    rows("SELECT * FROM people WHERE account_id = ? ORDER BY id", team.accountId),
    rows("SELECT * FROM identities WHERE account_id = ? ORDER BY id", team.accountId),
    rows(
      "SELECT m.* FROM members m JOIN teams t ON t.id = m.team_id WHERE t.account_id = ? ORDER BY m.id",
      team.accountId,
    ),
  ]);

export const directoryVersion = async (team: Team): Promise<number> => {
  const [account] = await rows<{ v: number }>(
    "SELECT directory_version AS v FROM accounts WHERE id = ?",
    team.accountId,
  );
  return account!.v;
};

export const standing = (team: Team) =>
  rows("SELECT id FROM merges WHERE account_id = ? AND undone_at IS NULL", team.accountId);
