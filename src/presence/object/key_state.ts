// Times are UTC milliseconds. The end of a key only ever becomes earlier, so that changes may arrive twice, or in any order.

/** A key as the guard found it in D1. `integrationId` is null for the team's own key, `expiresAt` for a key without an end. */
export type PresentedKey = {
  digest: string;
  integrationId: string | null;
  createdAt: number;
  expiresAt: number | null;
};

/** A key as the register has it. A revoked key stays so, even if the clock is put back. */
export type RegisteredKey = PresentedKey & { isRevoked: boolean };

/** The end of an owner's keys: those made at `createdUntil` or before end at `endsAt`. */
export type KeyEnding = { createdUntil: number; endsAt: number };

/** An end of an owner's keys; `digests` are ended in any case. `integrationId` is null for the team's own keys. */
export type EndedKeys = KeyEnding & { integrationId: string | null; digests?: string[] };

/** A change of the register. `setActive` changes the keys of an integration, `endAll` ends all keys of the team. */
export type KeyChange =
  | ({ kind: "end" } & EndedKeys)
  | { kind: "add"; key: PresentedKey }
  | { kind: "setActive"; integrationId: string; isActive: boolean }
  | { kind: "endAll" };

/**
 * An owner of keys: an integration, or the team itself. The keys made at `endedUntil` or before have ended for good; `ending`
 * is an end that is yet to come.
 */
export type KeyOwner = { id: string; isActive: boolean; endedUntil: number; ending: KeyEnding | null };

/** Why a key is refused: its digest is no longer valid, or its integration is inactive. */
export type KeyRefusal = "invalid_api_key" | "integration_not_active";

/** Why a live socket is refused: its key, or as many sockets of the key's owner as there may be. */
export type SocketRefusal = KeyRefusal | "too_many_requests";

/** Returns the id by which the register has the owner of a key. */
export const ownerId = (integrationId: string | null): string => integrationId ?? "team";

/** Returns a key that ends at `endsAt`, or earlier if it does so already. */
export const endAt = (key: RegisteredKey, endsAt: number, now: number): RegisteredKey => {
  const expiresAt = Math.min(key.expiresAt ?? endsAt, endsAt);
  return { ...key, expiresAt, isRevoked: key.isRevoked || expiresAt <= now };
};

/** Returns an owner with one more end of its keys. Of two that are yet to come, the one of newer keys counts. */
export function withEnding(owner: KeyOwner, ending: KeyEnding, now: number): KeyOwner {
  if (ending.endsAt <= now) return { ...owner, endedUntil: Math.max(owner.endedUntil, ending.createdUntil) };
  const isNewer = !owner.ending || ending.createdUntil >= owner.ending.createdUntil;
  return isNewer ? { ...owner, ending } : owner;
}

/** Returns a key that the register does not have, ended by what ended of its owner's keys. */
export function endedBy(owner: KeyOwner | undefined, key: PresentedKey, now: number): RegisteredKey {
  const valid = { ...key, isRevoked: key.createdAt <= (owner?.endedUntil ?? -1) };
  const ending = owner?.ending;
  return ending && key.createdAt <= ending.createdUntil ? endAt(valid, ending.endsAt, now) : valid;
}

/** Returns why a key is refused; null where it is valid. */
export function refusalOf(key: RegisteredKey, owner: KeyOwner | undefined, now: number): KeyRefusal | null {
  if (key.isRevoked || (key.expiresAt !== null && key.expiresAt <= now)) return "invalid_api_key";
  return owner && !owner.isActive ? "integration_not_active" : null;
}
