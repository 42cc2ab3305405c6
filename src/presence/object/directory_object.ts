import type { Database } from "../../db/client.ts";
import type { NewIdentityState } from "../../people/identity_count_store.ts";
import { countedDay } from "../../people/new_identities.ts";
import { type NewIdentity, newIdentity } from "../../people/store.ts";
import type { Heartbeat, HeartbeatUser } from "../heartbeat/heartbeat.ts";
import { type DirectoryPeople, type DirectoryRead, exchangeDirectory, readDirectoryPeople } from "./d1_store.ts";
import { type DirectoryEntry, updateEntry } from "./directory_entry.ts";
import { makeRoster, type Roster, type TeamPerson } from "./roster.ts";
import type { ObjectStore } from "./storage_store.ts";
import { sourceKey } from "./stored_stream.ts";
import type { TeamRecord } from "./team_record.ts";

/** Pending entries per exchange: the statement's parameters stay small, however many people came while D1 was away. */
const ENTRIES_PER_EXCHANGE = 500;

/** Identities per query of their persons: an answer of D1 then has about a megabyte, however many people the team has. */
const IDENTITIES_PER_READ = 2_000;

/** The part of a heartbeat that says which identities are created, and for which key. */
type NamingHeartbeat = Pick<Heartbeat, "accountId" | "integrationId" | "source" | "newIdentitiesPerDay">;

/** What an exchange with D1 brought. */
export type DirectoryChanges = {
  /** Whether a person, or how statuses count, is different from before. */
  isChanged: boolean;
  /** Identities that D1 had and no longer has. */
  erased: Set<string>;
};

/**
 * The directory of a team: which identity each identifier is, and which person each identity is. Kept in the object, and
 * exchanged with D1 when either side has something new.
 */
export class Directory {
  readonly #store: ObjectStore;
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #byIdentifier = new Map<string, DirectoryEntry>();
  /** The entries not yet sent to D1. Every heartbeat asks whether there are any. */
  readonly #pending = new Map<string, DirectoryEntry>();
  /** Null to make it again: to sort a large team for each request would cost too much. */
  #roster: Roster | null = null;

  constructor(store: ObjectStore) {
    this.#store = store;
    for (const entry of store.readDirectory()) this.#cache(entry);
  }

  /**
   * Adds an entry, pending, for every user whose identifier is new, up to the integration's limit of the day. Returns the
   * identifiers beyond the limit. `readState` asks D1 which of them exist already: these are not new.
   */
  async addNew(
    team: TeamRecord,
    heartbeat: NamingHeartbeat,
    users: HeartbeatUser[],
    readState: (identityIds: string[]) => Promise<NewIdentityState>,
  ): Promise<Set<string>> {
    const refused = new Set<string>();
    const findNew = () =>
      users.filter(({ identifier }) => !this.#byIdentifier.has(identifier) && !refused.has(identifier));
    // A loop: while ids are computed, an erasure may remove entries that were here before.
    for (let missing = findNew(); missing.length > 0; missing = findNew()) {
      const identities = await Promise.all(missing.map((user) => newIdentity(heartbeat.accountId, user)));
      const state = await readState(identities.map(({ identityId }) => identityId));
      // Another heartbeat may have added the same identifier meanwhile.
      const absent = identities.filter(({ identifier }) => !this.#byIdentifier.has(identifier));
      for (const identifier of this.#addWithinLimit(team, heartbeat, absent, state)) refused.add(identifier);
    }
    return refused;
  }

  /** Adds identities that exist in D1, and as many new ones as the limit allows. Returns the identifiers of the others. */
  #addWithinLimit(
    team: TeamRecord,
    heartbeat: NamingHeartbeat,
    identities: NewIdentity[],
    { existing, created }: NewIdentityState,
  ): string[] {
    const { integrationId, newIdentitiesPerDay } = heartbeat;
    const day = countedDay(Date.now());
    const counted = team.newIdentities?.[integrationId];
    // D1 also counts events; the object also counts what D1 does not have yet.
    const used = Math.max(created, counted?.day === day ? counted.created : 0);
    const [known, fresh] = [true, false].map((isKnown) =>
      identities.filter(({ identityId }) => existing.has(identityId) === isKnown),
    ) as [NewIdentity[], NewIdentity[]];
    const allowed = fresh.slice(0, Math.max(0, newIdentitiesPerDay - used));
    if (allowed.length > 0) {
      team.newIdentities = { ...team.newIdentities, [integrationId]: { day, created: used + allowed.length } };
      this.#store.saveTeam(team);
    }
    this.#add([...known, ...allowed], heartbeat);
    return fresh.slice(allowed.length).map(({ identifier }) => identifier);
  }

  #add(identities: NewIdentity[], heartbeat: NamingHeartbeat): void {
    const { integrationId } = heartbeat;
    const key = sourceKey(heartbeat);
    const entries = identities
      // Field by field: a user also has a status and details, which must not be stored here.
      .map(({ identityId, identifier, name, email, timeZone, personId, memberId }) => ({
        ...{ identityId, identifier, name, email, timeZone },
        zones: timeZone === null ? {} : { [key]: timeZone },
        ...{ newPersonId: personId, newMemberId: memberId, integrationId },
        ...{ pending: true, linked: false, person: null },
      }));
    this.#save(entries);
  }

  /** Updates the entries of users with the names, e-mails and zones that a source reports. */
  update(users: HeartbeatUser[], key: string): void {
    const updated = users.flatMap((user) => {
      const entry = this.#byIdentifier.get(user.identifier)!;
      const after = updateEntry(entry, user, key);
      return after === entry ? [] : [after];
    });
    this.#save(updated);
  }

  /** Returns the identity of an identifier, which must have been added. */
  identityOf(identifier: string): string {
    return this.#byIdentifier.get(identifier)!.identityId;
  }

  /** Returns the identities of a person. */
  identitiesOf(personId: string): Set<string> {
    return new Set(this.roster().byPersonId.get(personId)?.identityIds);
  }

  /** Returns the person behind an identity; null while unknown, and where the person is not on the team. */
  personOf(identityId: string): TeamPerson | null {
    return this.#entries.get(identityId)?.person ?? null;
  }

  /** Returns all identities. */
  identities(): Set<string> {
    return new Set(this.#entries.keys());
  }

  /** Returns the people of the team with their identities, without identities whose person is unknown. */
  roster(): Roster {
    this.#roster ??= makeRoster(this.#people());
    return this.#roster;
  }

  *#people(): Generator<[string, TeamPerson]> {
    for (const { identityId, person } of this.#entries.values()) if (person) yield [identityId, person];
  }

  /** Removes identities. Their identifiers are new again if they are reported once more. */
  remove(identityIds: Set<string>): void {
    this.#store.removeFromDirectory(identityIds);
    this.#roster = null;
    for (const id of identityIds) {
      const entry = this.#entries.get(id);
      if (entry) this.#byIdentifier.delete(entry.identifier);
      this.#entries.delete(id);
      this.#pending.delete(id);
    }
  }

  /** Whether any entry is not yet sent to D1. */
  hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Whether nothing is pending and the directory was read at `version` or later. */
  isCurrent(team: TeamRecord, version: number): boolean {
    return !this.hasPending() && version <= team.directoryVersion;
  }

  /**
   * Exchanges entries and settings with D1 until nothing is pending and the directory was read at `version` or later; does
   * nothing if that holds already. Stops early at erased identities: the caller must remove them and call again. Throws
   * what D1 throws; all that was pending is then still pending.
   */
  async sync(db: Database, team: TeamRecord, version: number, now: number): Promise<DirectoryChanges> {
    let isChanged = false;
    let wanted = version;
    while (!this.isCurrent(team, wanted)) {
      const pending = [...this.#pending.values()].slice(0, ENTRIES_PER_EXCHANGE);
      const readsAll = wanted > team.directoryVersion;
      const asked = readsAll ? [...this.#entries.keys()] : pending.map(({ identityId }) => identityId);
      const sent = new Set(pending);
      const erased = new Set<string>();
      const readPage = async <Read extends DirectoryPeople>(read: (ids: string[]) => Promise<Read>): Promise<Read> => {
        // Some may have been removed while the page before was read.
        const ids = asked.splice(0, IDENTITIES_PER_READ).filter((id) => this.#entries.has(id));
        // Before the read: an entry that is linked during it may be unknown to D1's answer, and is not erased.
        const linked = ids.filter((id) => this.#entries.get(id)!.linked);
        const answer = await read(ids);
        for (const id of linked) if (!answer.people.has(id)) erased.add(id);
        const isOther = this.#apply(answer.people, ids, sent);
        isChanged ||= isOther;
        return answer;
      };
      const read = await readPage((ids) => exchangeDirectory(db, team, pending, ids, now));
      isChanged ||= JSON.stringify(read.statusClasses) !== JSON.stringify(team.statusClasses);
      // The pages that follow may show newer people than `read.version` has. That version then only asks for them again.
      while (asked.length > 0) await readPage((ids) => readDirectoryPeople(db, team, ids));
      // Before the version is saved: if a later exchange failed, no version would be left that asks about them again.
      if (erased.size > 0) return { isChanged, erased };
      // Entries sent from here raise the version by one. By more: something else changed that this did not ask about.
      const isComplete = readsAll || read.version <= team.directoryVersion + 1;
      if (!isComplete) wanted = read.version;
      this.#saveSettings(team, read, isComplete ? Math.max(read.version, wanted) : team.directoryVersion);
    }
    return { isChanged, erased: new Set() };
  }

  #saveSettings(team: TeamRecord, { statusClasses, storesDetails, timeouts }: DirectoryRead, version: number): void {
    Object.assign(team, { statusClasses, storesDetails, timeouts, directoryVersion: version });
    this.#store.saveTeam(team);
  }

  /** Applies what D1 answered about the identities in `asked`. Returns whether any identity has another person now. */
  #apply(people: Map<string, TeamPerson | null>, asked: string[], sent: Set<DirectoryEntry>): boolean {
    const updated: DirectoryEntry[] = [];
    let isChanged = false;
    for (const identityId of asked) {
      const entry = this.#entries.get(identityId);
      // Removed during the exchange.
      if (!entry) continue;
      const person = people.get(identityId) ?? null;
      const isOther = !isSamePerson(person, entry.person);
      isChanged ||= isOther;
      // An entry that was updated during the exchange is another object than the one sent, and is still pending.
      const isSent = sent.has(entry);
      const linked = entry.linked || people.has(identityId);
      if (!isOther && !isSent && linked === entry.linked) continue;
      updated.push({
        ...entry,
        person: isOther ? person : entry.person,
        linked,
        ...(isSent && { pending: false, timeZone: null }),
      });
    }
    this.#save(updated);
    return isChanged;
  }

  #save(entries: DirectoryEntry[]): void {
    this.#store.saveDirectory(entries);
    for (const entry of entries) this.#cache(entry);
  }

  #cache(entry: DirectoryEntry): void {
    if (this.#entries.get(entry.identityId)?.person !== entry.person) this.#roster = null;
    this.#entries.set(entry.identityId, entry);
    this.#byIdentifier.set(entry.identifier, entry);
    if (entry.pending) this.#pending.set(entry.identityId, entry);
    else this.#pending.delete(entry.identityId);
  }
}

const isSamePerson = (a: TeamPerson | null, b: TeamPerson | null): boolean =>
  a?.personId === b?.personId && a?.name === b?.name && a?.timeZone === b?.timeZone;
