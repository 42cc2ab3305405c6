import { describe, expect, test } from "vitest";
import { endAt, ends, type KeyOwner, laterEnding, refusalOf } from "../../../src/presence/object/key_state.ts";

const key = { digest: "d", integrationId: "i", createdAt: 10, expiresAt: null, isRevoked: false };

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

  test("An ending ends the keys that were made until it, and no later ones", () => {
    const ending = { createdUntil: 10, endsAt: 20 };
    expect([9, 10, 11].map((createdAt) => ends(ending, { ...key, createdAt }))).toEqual([true, true, false]);
    expect(ends(null, key)).toBe(false);
  });

  test("Two endings combine to the same in either order", () => {
    const [early, late] = [
      { createdUntil: 10, endsAt: 70 },
      { createdUntil: 20, endsAt: 40 },
    ];
    expect(laterEnding(early, late)).toEqual(late);
    expect(laterEnding(late, early)).toEqual(late);
    expect(laterEnding(late, { ...late, endsAt: 30 })).toEqual({ ...late, endsAt: 30 });
    expect(laterEnding({ ...late, endsAt: 30 }, late)).toEqual({ ...late, endsAt: 30 });
    expect(laterEnding(null, early)).toEqual(early);
  });
});

test("A key is refused from the millisecond at which it expires, and while its integration is inactive", () => {
  const owner: KeyOwner = { id: "i", isActive: false, ending: null };
  expect(refusalOf(key, undefined, 99)).toBeNull();
  expect(refusalOf({ ...key, expiresAt: 50 }, undefined, 49)).toBeNull();
  expect(refusalOf({ ...key, expiresAt: 50 }, undefined, 50)).toBe("invalid_api_key");
  expect(refusalOf(key, owner, 0)).toBe("integration_not_active");
  expect(refusalOf({ ...key, isRevoked: true }, owner, 0)).toBe("invalid_api_key");
});
