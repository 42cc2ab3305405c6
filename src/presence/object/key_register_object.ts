import {
  type EndedKeys,
  endAt,
  ends,
  type KeyChange,
  type KeyEnding,
  type KeyOwner,
  type KeyRefusal,
  laterEnding,
  ownerId,
  type PresentedKey,
  type RegisteredKey,
  refusalOf,
} from "./key_state.ts";
import type { KeyStore } from "./key_storage_store.ts";

/**
 * The team's keys, as far as the object has seen them, and what ended of them. A change that ends keys reaches this register
 * before D1, so a key that D1 still finds valid may be refused here; never the other way round.
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

  /** Registers a key that the guard let in, and returns why it is refused all the same; null where it is valid. */
  admit(presented: PresentedKey, now: number): KeyRefusal | null {
    const owner = this.#owners.get(ownerId(presented.integrationId));
    const key = this.#presented(presented, owner?.ending ?? null, now);
    const refusal = refusalOf(key, owner, now);
    // A refused key that is unknown is not kept: these could be many.
    if (this.#keys.has(key.digest) || refusal === null) this.#saveKey(key);
    return refusal;
  }

  /** Returns what is known of a key, ended as D1 or the register says, the earlier of the two. */
  #presented(presented: PresentedKey, ending: KeyEnding | null, now: number): RegisteredKey {
    const known = this.#keys.get(presented.digest);
    const key = known ?? { ...presented, isRevoked: false };
    const ended = !known && ends(ending, key) ? endAt(key, ending.endsAt, now) : key;
    return presented.expiresAt === null ? ended : endAt(ended, presented.expiresAt, now);
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
    const owner = this.#owner(integrationId);
    const ending = laterEnding(owner.ending, { createdUntil, endsAt });
    this.#storage.transactionSync(() => {
      this.#saveOwner({ ...owner, ending });
      for (const digest of digests) this.#add({ digest, integrationId, createdAt: createdUntil, expiresAt: endsAt });
      for (const key of [...this.#keys.values()]) {
        const isOfOwner = ownerId(key.integrationId) === owner.id;
        if (!isOfOwner || !(digests.includes(key.digest) || key.createdAt <= createdUntil)) continue;
        this.#saveOrRemove(endAt(key, endsAt, now), ending, now);
      }
    });
  }

  /** Activates or deactivates the keys of an integration. */
  #setActive(integrationId: string, isActive: boolean): void {
    const owner = this.#owner(integrationId);
    if (owner.isActive !== isActive) this.#saveOwner({ ...owner, isActive });
  }

  /** Ends all keys of the team. */
  #endAll(now: number): void {
    const owners = new Set([...this.#keys.values()].map(({ integrationId }) => integrationId));
    for (const integrationId of owners.add(null)) {
      this.#end({ integrationId, createdUntil: Number.MAX_SAFE_INTEGER, endsAt: now }, now);
    }
  }

  /** Whether a key is registered and valid. */
  isValid(digest: string, now: number): boolean {
    const key = this.#keys.get(digest);
    return key !== undefined && refusalOf(key, this.#owners.get(ownerId(key.integrationId)), now) === null;
  }

  /** Revokes the keys that have expired, so that they stay so if the clock is put back. */
  revokeExpired(now: number): void {
    for (const key of [...this.#keys.values()]) {
      if (key.isRevoked || key.expiresAt === null || key.expiresAt > now) continue;
      this.#saveOrRemove({ ...key, isRevoked: true }, this.#owner(key.integrationId).ending, now);
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
    return this.#owners.get(id) ?? { id, isActive: true, ending: null };
  }

  #saveOwner(owner: KeyOwner): void {
    this.#store.saveOwner(owner);
    this.#owners.set(owner.id, owner);
  }

  #saveKey(key: RegisteredKey): void {
    const before = this.#keys.get(key.digest);
    // Most sockets come with a key that the register has.
    if (before?.isRevoked === key.isRevoked && before.expiresAt === key.expiresAt) return;
    this.#store.saveKey(key);
    this.#keys.set(key.digest, key);
  }

  /** Saves a key, or removes it where the ending of its owner says the same of it when it is presented again. */
  #saveOrRemove(key: RegisteredKey, ending: KeyEnding | null, now: number): void {
    if (key.isRevoked && ends(ending, key) && ending.endsAt <= now) this.#removeKey(key.digest);
    else this.#saveKey(key);
  }

  #removeKey(digest: string): void {
    this.#store.removeKey(digest);
    this.#keys.delete(digest);
  }
}
