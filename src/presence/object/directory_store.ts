import type { Database } from "../../db/client.ts";
import { type NewIdentity, newIdentity, type ReportedIdentity } from "../../people/store.ts";
import { settleDirectory } from "../directory_store.ts";
import type { Known } from "./current.ts";
import type { DirectoryEntry, ObjectStore, Team } from "./storage_store.ts";

/** New identities to a D1 batch: bounded parameters, however many arrived while D1 was away. */
const PAGE = 500;

/** Who the identifiers of a team's tools are: kept in the object, settled with D1 whenever one of the two has news. */
export class Directory {
  readonly #store: ObjectStore;
  readonly #db: Database;
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #byIdentifier = new Map<string, DirectoryEntry>();
  /** Those of which D1 has to be told: every heartbeat asks whether there are any. */
  readonly #pending = new Map<string, DirectoryEntry>();

  constructor(store: ObjectStore, db: Database) {
    this.#store = store;
    this.#db = db;
    for (const entry of store.directory()) this.#remember(entry);
  }

  /** Gives everybody named an identity; who is new waits to be settled. */
  async recognise(accountId: string, reported: ReportedIdentity[], tool: string): Promise<void> {
    const unseen = () => reported.filter(({ identifier }) => !this.#byIdentifier.has(identifier));
    // While ids are made of some, others may be forgotten.
    for (let strangers = unseen(); strangers.length > 0; strangers = unseen()) {
      const newIdentities = await Promise.all(strangers.map((reported) => newIdentity(accountId, reported)));
      this.#add(newIdentities, tool);
    }
  }

  #add(newIdentities: NewIdentity[], tool: string): void {
    const strangers = newIdentities
      // Another request may have brought the same stranger while this one computed ids.
      .filter(({ identifier }) => !this.#byIdentifier.has(identifier))
      // Field by field: reported come with statuses and details, which are no affair of the directory's.
      .map(({ identityId, identifier, name, email, timeZone, personId, memberId }) => ({
        ...{ identityId, identifier, name, email, timeZone },
        zones: timeZone === null ? {} : { [tool]: timeZone },
        ...{ newPersonId: personId, newMemberId: memberId, pending: true, linked: false, person: null },
      }));
    this.#save(strangers);
  }

  /** The identity of somebody recognised. */
  identityOf(identifier: string): string {
    return this.#byIdentifier.get(identifier)!.identityId;
  }

  /** The identities that are settled to be of a person. */
  identitiesOf(personId: string): Set<string> {
    const theirs = [...this.#entries.values()].filter(({ person }) => person?.personId === personId);
    return new Set(theirs.map(({ identityId }) => identityId));
  }

  /** Every identity there is. */
  identities(): Set<string> {
    return new Set(this.#entries.keys());
  }

  /** Forgets identities: whoever is named by them again is a stranger. */
  forget(identityIds: Set<string>): void {
    this.#store.dropDirectory(identityIds);
    for (const id of identityIds) {
      const entry = this.#entries.get(id);
      if (entry) this.#byIdentifier.delete(entry.identifier);
      this.#entries.delete(id);
      this.#pending.delete(id);
    }
  }

  /** Takes in what a tool says of people recognised; what is new about any of them waits to be settled. */
  describe(reported: ReportedIdentity[], tool: string): void {
    const news = reported.flatMap((reported) => {
      const entry = this.#byIdentifier.get(reported.identifier)!;
      const described = describe(entry, reported, tool);
      return described === entry ? [] : [described];
    });
    this.#save(news);
  }

  isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** The people behind identities, as far as they are settled. */
  known(): Map<string, Known> {
    const known = new Map<string, Known>();
    for (const { identityId, person } of this.#entries.values()) if (person) known.set(identityId, person);
    return known;
  }

  /**
   * Exchanges news with D1 if there is any here, or if the account's directory has grown to `version` since it was read.
   * Says whether anybody is now somebody else, or counts otherwise, and which identities were erased: these are for the
   * caller to forget. Throws what D1 throws; then everything still waits.
   */
  async settle(team: Team, version: number, now: number): Promise<{ isChanged: boolean; erased: Set<string> }> {
    let isChanged = false;
    const erased = new Set<string>();
    let grownTo = version;
    while (this.isPending() || grownTo > team.directoryVersion) {
      const pending = [...this.#pending.values()].slice(0, PAGE);
      const isBehind = grownTo > team.directoryVersion;
      const asked = isBehind ? [...this.#entries.keys()] : pending.map(({ identityId }) => identityId);
      // As of now: others may be linked while this is under way, of whom D1 knew nothing yet.
      const linked = asked.filter((id) => this.#entries.get(id)!.linked);
      const news = await settleDirectory(this.#db, team, pending, asked, now);
      for (const id of linked) if (!news.people.has(id)) erased.add(id);
      isChanged = this.#learn(asked, new Set(pending), news.people) || isChanged;
      isChanged ||= JSON.stringify(news.statusClasses) !== JSON.stringify(team.statusClasses);
      // They are to be forgotten first: were the next round to fail, nobody would ask about them again.
      if (erased.size > 0) return { isChanged, erased };
      // News of our own make it grow by one; by more, and somebody has changed whom this did not ask about.
      const isWhole = isBehind || news.version <= team.directoryVersion + 1;
      if (!isWhole) grownTo = news.version;
      const { statusClasses, storesDetails, timeouts } = news;
      const directoryVersion = isWhole ? Math.max(news.version, grownTo) : team.directoryVersion;
      Object.assign(team, { statusClasses, storesDetails, timeouts, directoryVersion });
      this.#store.saveTeam(team);
    }
    return { isChanged, erased };
  }

  /** `asked`: the identities that were D1's to answer for; others may have come since. */
  #learn(asked: string[], settled: Set<DirectoryEntry>, people: Map<string, Known | null>): boolean {
    const news: DirectoryEntry[] = [];
    let isChanged = false;
    for (const identityId of asked) {
      const entry = this.#entries.get(identityId);
      // Forgotten in the meantime.
      if (!entry) continue;
      const person = people.get(identityId) ?? null;
      const isOther = JSON.stringify(person) !== JSON.stringify(entry.person);
      isChanged ||= isOther;
      // An entry that was described anew in the meantime is another object, and still waits.
      const told = settled.has(entry) ? { pending: false, timeZone: null } : {};
      const linked = entry.linked || people.has(identityId);
      if (isOther || settled.has(entry) || linked !== entry.linked) news.push({ ...entry, person, linked, ...told });
    }
    this.#save(news);
    return isChanged;
  }

  #save(entries: DirectoryEntry[]): void {
    this.#store.saveDirectory(entries);
    for (const entry of entries) this.#remember(entry);
  }

  #remember(entry: DirectoryEntry): void {
    this.#entries.set(entry.identityId, entry);
    this.#byIdentifier.set(entry.identifier, entry);
    if (entry.pending) this.#pending.set(entry.identityId, entry);
    else this.#pending.delete(entry.identityId);
  }
}

/**
 * The entry, brought up to what a tool says now; the very same object when that is nothing new. Of names and addresses the
 * first stays, as it does in D1; of zones, what a tool says anew.
 */
function describe(entry: DirectoryEntry, { name, email, timeZone }: ReportedIdentity, tool: string): DirectoryEntry {
  const isNamed = entry.name !== null && entry.name !== entry.identifier;
  const isName = !isNamed && name !== null && name !== entry.name;
  const isEmail = entry.email === null && email !== null;
  const isZone = timeZone !== null && timeZone !== entry.zones[tool];
  if (!isName && !isEmail && !isZone) return entry;
  return {
    ...entry,
    name: isName ? name : entry.name,
    email: isEmail ? email : entry.email,
    ...(isZone && { timeZone, zones: { ...entry.zones, [tool]: timeZone } }),
    pending: true,
  };
}
