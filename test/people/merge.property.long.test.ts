import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findLaterMerge, listMerges, mergePeople, undoMerge } from "../../src/people/merges/merge_store.ts";
import { findPerson } from "../../src/people/person_store.ts";
import { db, rows } from "../support/database.ts";
import { reportPeople } from "../support/people.ts";
import { mintPerson, mintTeam, type Team } from "../support/team.ts";

const PEOPLE = 6;
const TEAMS = 3;
/** A run makes some hundred queries, and shrinking a failure would take minutes, so a failure is not shrunk. */
const RUNS = { numRuns: 12, endOnFailure: true };
const TIMEOUT_MS = 60_000;

/** For each person: the teams they are on besides the first one, and the number of their identifiers. */
const setups = fc.array(fc.record({ teams: fc.subarray([1, 2]), identifiers: fc.integer({ min: 0, max: 2 }) }), {
  minLength: PEOPLE,
  maxLength: PEOPLE,
});
const person = fc.integer({ min: 0, max: PEOPLE - 1 });
const merges = fc.array(fc.tuple(person, person), { minLength: 1, maxLength: 10 });
const picks = fc.array(fc.nat(), { minLength: PEOPLE, maxLength: PEOPLE });

type Setup = { teams: number[]; identifiers: number };

async function mintAccount(setups: Setup[]) {
  const teams = [await mintTeam()];
  while (teams.length < TEAMS) teams.push(await mintTeam({ accountId: teams[0]!.accountId }));
  const people = await Promise.all(
    setups.map(async (setup, n) => {
      const email = `person-${n}@x.test`;
      const id = await mintPerson(teams[0]!, { name: `Person ${n}`, email });
      const identifiers = Array.from({ length: setup.identifiers }, (_, i) => `person-${n}-tool-${i}`);
      await reportPeople(teams[0]!, ...identifiers.map((identifier) => ({ identifier, email })));
      // Only tools add people to other teams, so a person without an identifier is only on the first team.
      for (const team of setup.teams)
        await reportPeople(teams[team]!, ...identifiers.map((identifier) => ({ identifier })));
      return id;
    }),
  );
  return { teams, people };
}

const snapshot = async ({ accountId }: Team): Promise<string> => {
  const ofTeams = "team_id IN (SELECT id FROM teams WHERE account_id = ?)";
  return JSON.stringify([
    await rows("SELECT * FROM people WHERE account_id = ? ORDER BY id", accountId),
    await rows("SELECT * FROM identities WHERE account_id = ? ORDER BY id", accountId),
    await rows(`SELECT * FROM members WHERE ${ofTeams} ORDER BY id`, accountId),
  ]);
};

/** Every reference by which a team can name one of these people. */
async function references(team: Team, ids: string[]): Promise<string[]> {
  const found = await rows<{ reference: string }>(
    `SELECT v.value AS reference FROM people p, json_each(json_array(p.id, p.email, p.slug)) v
     WHERE p.id IN (SELECT value FROM json_each(?1))
     UNION SELECT identifier FROM identities WHERE person_id IN (SELECT value FROM json_each(?1))
     UNION SELECT v.value FROM members m, json_each(json_array(m.id, m.username)) v
     WHERE m.team_id = ?2 AND m.person_id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    team.teamId,
  );
  return found.map(({ reference }) => reference);
}

/**
 * Checks that no merged person has another person merged into them, an identity, or a team without the remaining
 * person.
 */
async function expectNoChains({ accountId }: Team): Promise<void> {
  const chained = `SELECT p.id FROM people p JOIN people s ON s.id = p.merged_into
    WHERE p.account_id = ? AND s.merged_into IS NOT NULL`;
  const stranded = `SELECT i.id FROM identities i JOIN people p ON p.id = i.person_id
    WHERE i.account_id = ? AND p.merged_into IS NOT NULL`;
  const missing = `SELECT m.id FROM members m JOIN people p ON p.id = m.person_id
    WHERE p.account_id = ? AND p.merged_into IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM members WHERE team_id = m.team_id AND person_id = p.merged_into)`;
  for (const broken of [chained, stranded, missing]) expect(await rows(broken, accountId)).toEqual([]);
}

test(
  "Undoing merges in reverse order restores the state before each of them",
  () =>
    fc.assert(
      fc.asyncProperty(setups, merges, async (setups, pairs) => {
        const { teams, people } = await mintAccount(setups);
        const successor = people.map((_, n) => n);
        const undo: { mergeId: string; before: string }[] = [];
        for (const [from, into] of pairs) {
          const before = await snapshot(teams[0]!);
          const merging = people.filter((_, n) => successor[n] === from);
          const known = await Promise.all(teams.map((team) => references(team, merging)));
          const onTeam = await Promise.all(teams.map((team) => findPerson(db, team, people[from]!)));
          const isMerged = await mergePeople(
            db,
            teams[0]!,
            { fromId: people[from]!, intoId: people[into]! },
            Date.now(),
          );
          // A merged person can neither be merged again nor be merged into.
          const isAllowed = from !== into && successor[from] === from && successor[into] === into;
          expect(isMerged).toBe(isAllowed);
          await expectNoChains(teams[0]!);
          if (!isMerged) {
            expect(await snapshot(teams[0]!)).toBe(before);
            continue;
          }
          successor.forEach((to, n) => {
            if (to === from) successor[n] = into;
          });
          for (const [n, team] of teams.entries()) {
            if (!onTeam[n]) continue;
            for (const reference of known[n]!)
              expect(await findPerson(db, team, reference)).toMatchObject({ id: people[into] });
          }
          const [newest] = await listMerges(db, teams[0]!, people[into]!);
          undo.push({ mergeId: newest!.id, before });
        }
        for (const { mergeId, before } of undo.toReversed()) {
          expect(await undoMerge(db, teams[0]!, mergeId, Date.now())).toBe(true);
          expect(await snapshot(teams[0]!)).toBe(before);
        }
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);

test(
  "Undoing merges in any allowed order restores the state before the first",
  () =>
    fc.assert(
      fc.asyncProperty(setups, merges, picks, async (setups, pairs, picked) => {
        const { teams, people } = await mintAccount(setups);
        const [team] = teams as [Team];
        const before = await snapshot(team);
        for (const [from, into] of pairs)
          await mergePeople(db, team, { fromId: people[from]!, intoId: people[into]! }, Date.now());
        const standing = (await Promise.all(people.map((id) => listMerges(db, team, id)))).flat();
        while (standing.length > 0) {
          let merge = standing[picked[standing.length]! % standing.length]!;
          // A refused undo names another merge to undo first, and never the same one twice.
          for (const refused: string[] = []; !(await undoMerge(db, team, merge.id, Date.now())); ) {
            expect(refused).not.toContain(merge.id);
            refused.push(merge.id);
            merge = (await findLaterMerge(db, team, merge.id))!;
          }
          await expectNoChains(team);
          standing.splice(standing.map(({ id }) => id).indexOf(merge.id), 1);
        }
        expect(await snapshot(team)).toBe(before);
      }),
      RUNS,
    ),
  TIMEOUT_MS,
);
