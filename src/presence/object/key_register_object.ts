import {
  type EndedKeys,
  endAt,
  endedBy,
  type KeyChange,
  type KeyOwner,
  type KeyRefusal,
  ownerId,
  type PresentedKey,
  type RegisteredKey,
  refusalOf,
  withEnding,
} from "./key_state.ts";
import type { KeyStore } from "./key_storage_store.ts";

/**
 * What ended of the team's keys, and the keys that end at a time of their own or are new. Any other key is valid if the guard
 * found it so and the keys of its owner have not ended. A change that ends keys reaches this register before D1, so a key
 * that D1 still finds valid may be refused here; never the other way round.
 */
export class KeyRegister {
  readonly #storage: DurableObjectStorage;
  readonly #store: KeyStore;
  readonly #keys = new Map<string, RegisteredKey>();
  readonly #owners = new Map<string, KeyOwner>();

  constructor(storage: DurableObjectStorage, store: KeyStore) {
    this.#storage = storage;
    this.#store = store;
    for (const key of store.readKeys()) this.#keys.set(key.digest, key);
    for (const owner of store.readOwners()) this.#owners.set(owner.id, owner);
  }

  /** Returns why a key that the guard let in is refused all the same; null where it is valid. */
  refusal(presented: PresentedKey, now: number): KeyRefusal | null {
    return refusalOf(this.#presented(presented, now), this.#owners.get(ownerId(presented.integrationId)), now);
  }

  /** Registers keys that have open sockets, before a change that may give them an end. */
  register(presented: Iterable<PresentedKey>, now: number): void {
    for (const key of presented) this.#saveKey(this.#presented(key, now));
  }

  /** Returns what is known of a key, ended as D1 or the register says, the earlier of the two. */
  #presented(presented: PresentedKey, now: number): RegisteredKey {
    const owner = this.#owners.get(ownerId(presented.integrationId));
    const key = this.#keys.get(presented.digest) ?? endedBy(owner, presented, now);
    return presented.expiresAt === null ? key : endAt(key, presented.expiresAt, now);
  }

  /** Applies a change. Applied twice, it changes nothing more. `now`: UTC milliseconds. */
  apply(change: KeyChange, now: number): void {
    if (change.kind === "end") this.#end(change, now);
    else if (change.kind === "add") this.#add(change.key);
    else if (change.kind === "setActive") this.#setActive(change.integrationId, change.isActive);
    else this.#endAll(now);
  }

  /** Registers a new key. Unlike one that is presented, it is not ended by what ended its owner's keys before. */
  #add(key: PresentedKey): void {
    if (!this.#keys.has(key.digest)) this.#saveKey({ ...key, isRevoked: false });
  }

  /** Ends keys. Those that end now are revoked for good. */
  #end({ integrationId, createdUntil, endsAt, digests = [] }: EndedKeys, now: number): void {
    const owner = withEnding(this.#owner(integrationId), { createdUntil, endsAt }, now);
    this.#storage.transactionSync(() => {
      this.#saveOwner(owner);
      for (const digest of digests)
        this.#add({ digest, integrationId, createdAt: createdUntil + 1, expiresAt: endsAt });
      for (const key of [...this.#keys.values()]) {
        const isEnded = key.createdAt <= createdUntil || digests.includes(key.digest);
        if (ownerId(key.integrationId) === owner.id && isEnded) this.#saveOrRemove(endAt(key, endsAt, now), owner);
      }
    });
  }

  /** Activates or deactivates the keys of an integration. */
  #setActive(integrationId: string, isActive: boolean): void {
    const owner = this.#owner(integrationId);
    if (owner.isActive !== isActive) this.#saveOwner({ ...owner, isActive });
  }

  /** Ends all keys of the team: its own, and those of the integrations that the register knows. */
  #endAll(now: number): void {
    const owners = new Set([...this.#keys.values()].map(({ integrationId }) => integrationId));
    for (const integrationId of owners.add(null)) {
      this.#end({ integrationId, createdUntil: Number.MAX_SAFE_INTEGER, endsAt: now }, now);
    }
  }

  /** Revokes the keys that have expired, so that they stay so if the clock is put back. */
  revokeExpired(now: number): void {
    for (const owner of [...this.#owners.values()]) {
      if (owner.ending && owner.ending.endsAt <= now) {
        this.#saveOwner({ ...withEnding(owner, owner.ending, now), ending: null });
      }
    }
    for (const key of [...this.#keys.values()]) {
      if (key.isRevoked || key.expiresAt === null || key.expiresAt > now) continue;
      this.#saveOrRemove({ ...key, isRevoked: true }, this.#owner(key.integrationId));
    }
  }

  /** Returns when the first of the keys expires, in UTC milliseconds; null where none does. */
  nextExpiry(): number | null {
    let first: number | null = null;
    for (const { expiresAt, isRevoked } of this.#keys.values()) {
      if (expiresAt !== null && !isRevoked) first = Math.min(first ?? expiresAt, expiresAt);
    }
    return first;
  }

  #owner(integrationId: string | null): KeyOwner {
    const id = ownerId(integrationId);
    return this.#owners.get(id) ?? { id, isActive: true, endedUntil: -1, ending: null };
  }

  #saveOwner(owner: KeyOwner): void {
    this.#store.saveOwner(owner);
    this.#owners.set(owner.id, owner);
  }

  #saveKey(key: RegisteredKey): void {
    const before = this.#keys.get(key.digest);
    // Most changes concern keys of which they change nothing.
    if (before?.isRevoked === key.isRevoked && before.expiresAt === key.expiresAt) return;
    this.#store.saveKey(key);
    this.#keys.set(key.digest, key);
  }

  /** Saves a key, or removes it where its owner says the same of it. */
  #saveOrRemove(key: RegisteredKey, owner: KeyOwner): void {
    if (key.isRevoked && key.createdAt <= owner.endedUntil) this.#removeKey(key.digest);
    else this.#saveKey(key);
  }

  #removeKey(digest: string): void {
    this.#store.removeKey(digest);
    this.#keys.delete(digest);
  }
}
