import { describe, expect, test } from "vitest";
import { endAt, endedBy, type KeyOwner, refusalOf, withEnding } from "../../../src/presence/object/key_state.ts";

const key = { digest: "d", integrationId: "i", createdAt: 10, expiresAt: null, isRevoked: false };
const owner: KeyOwner = { id: "i", isActive: true, endedUntil: -1, ending: null };

describe("The end of a key", () => {
  test("It only ever becomes earlier", () => {
    const ended = endAt(key, 50, 20);
    expect(ended).toMatchObject({ expiresAt: 50, isRevoked: false });
    expect(endAt(ended, 90, 20)).toMatchObject({ expiresAt: 50, isRevoked: false });
    expect(endAt(ended, 30, 20)).toMatchObject({ expiresAt: 30, isRevoked: false });
    expect(endAt(ended, 20, 20)).toMatchObject({ expiresAt: 20, isRevoked: true });
  });

  test("A revoked key stays revoked, also if the clock is put back", () => {
    const revoked = endAt(key, 20, 20);
    expect(endAt(revoked, 90, 5)).toMatchObject({ isRevoked: true });
    expect(refusalOf(revoked, undefined, 5)).toBe("invalid_api_key");
  });

  test("What ended of an owner ends the keys made until then, and no later ones", () => {
    const ended = withEnding(owner, { createdUntil: 10, endsAt: 20 }, 20);
    const isRevoked = [9, 10, 11].map((createdAt) => endedBy(ended, { ...key, createdAt }, 20).isRevoked);
    expect(isRevoked).toEqual([true, true, false]);
    const ending = withEnding(owner, { createdUntil: 10, endsAt: 50 }, 20);
    const expiresAt = [9, 10, 11].map((createdAt) => endedBy(ending, { ...key, createdAt }, 20).expiresAt);
    expect(expiresAt).toEqual([50, 50, null]);
    expect(endedBy(undefined, key, 20)).toEqual(key);
  });

  test("What has ended stays so when a later end follows, or an older change arrives late", () => {
    const ended = withEnding(owner, { createdUntil: 10, endsAt: 20 }, 20);
    const both = withEnding(ended, { createdUntil: 30, endsAt: 90 }, 30);
    expect(both).toMatchObject({ endedUntil: 10, ending: { createdUntil: 30, endsAt: 90 } });
    expect(withEnding(both, { createdUntil: 5, endsAt: 15 }, 30)).toEqual(both);
    expect(withEnding(both, { createdUntil: 20, endsAt: 80 }, 30)).toEqual(both);
  });
});

test("A key is refused from the millisecond at which it expires, and while its integration is inactive", () => {
  expect(refusalOf(key, undefined, 99)).toBeNull();
  expect(refusalOf({ ...key, expiresAt: 50 }, undefined, 49)).toBeNull();
  expect(refusalOf({ ...key, expiresAt: 50 }, undefined, 50)).toBe("invalid_api_key");
  expect(refusalOf(key, { ...owner, isActive: false }, 0)).toBe("integration_not_active");
  expect(refusalOf({ ...key, isRevoked: true }, { ...owner, isActive: false }, 0)).toBe("invalid_api_key");
});
