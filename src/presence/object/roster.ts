/** A person as a team shows them. `timeZone` is the team's where the person has none. */
export type TeamPerson = { personId: string; name: string; timeZone: string };

/** A person, and the identities that are theirs. */
export type RosterEntry = { person: TeamPerson; identityIds: string[] };

/** The people of a team by name and then id. */
export type Roster = { entries: readonly RosterEntry[]; byPersonId: ReadonlyMap<string, RosterEntry> };

/** Builds the roster of a team. `people`: pairs of an identity and its person. */
export function makeRoster(people: Iterable<readonly [string, TeamPerson]>): Roster {
  const byPersonId = new Map<string, RosterEntry>();
  for (const [identityId, person] of people) {
    const entry = byPersonId.get(person.personId);
    if (entry) entry.identityIds.push(identityId);
    else byPersonId.set(person.personId, { person, identityIds: [identityId] });
  }
  return { entries: [...byPersonId.values()].sort((a, b) => comparePeople(a.person, b.person)), byPersonId };
}

/** A position among people in the order of a roster. */
export type PersonPosition = Pick<TeamPerson, "name" | "personId">;

/** Compares by name and then id, by UTF-16 code units: the order must be the same in every runtime, for cursors. */
export const comparePeople = (a: PersonPosition, b: PersonPosition): number =>
  compare(a.name, b.name) || compare(a.personId, b.personId);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Iterates over the entries after a position; over all without one. */
export function* entriesAfter({ entries }: Roster, after?: PersonPosition): Generator<RosterEntry> {
  let [low, high] = [0, after ? entries.length : 0];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePeople(entries[middle]!.person, after!) > 0) high = middle;
    else low = middle + 1;
  }
  for (let index = low; index < entries.length; index++) yield entries[index]!;
}
