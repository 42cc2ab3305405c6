import { describe, expect, test } from "vitest";
import { countStatuses, isHistory, type PresenceUpdate, usersOf, warningsOf } from "../../src/presence/update.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const HOUR = 3_600_000;
const KEPT = { storesDetails: true };

const update = (...users: Partial<PresenceUpdate["users"][number]>[]): PresenceUpdate => ({
  timestamp: NOW,
  source: "test",
  users: users.map((user) => ({ personIdentifier: "ada", status: "online", ...user })),
});
const at = (timestamp: number): PresenceUpdate => ({ ...update({}), timestamp });

describe("what was sent", () => {
  test("is history once it is more than 24 hours old", () => {
    expect(isHistory(at(NOW - 24 * HOUR), NOW)).toBe(false);
    expect(isHistory(at(NOW - 24 * HOUR - 1), NOW)).toBe(true);
    expect(warningsOf(at(NOW - 24 * HOUR), NOW)).toEqual([]);
    expect(warningsOf(at(NOW - 24 * HOUR - 1), NOW)).toMatchObject([{ path: "timestamp" }]);
  });

  test("is counted by status, as sent, whatever it is called", () => {
    const users = ["online", "Online", "online", "__proto__", "constructor", "7"].map((status) => ({ status }));
    expect(JSON.stringify(countStatuses(update(...users)))).toBe(
      '{"7":1,"online":2,"Online":1,"__proto__":1,"constructor":1}',
    );
  });
});

describe("what describes a user", () => {
  test.each(["EST", "PST", "GMT+1", "+01:00", "Europe/Nowhere", "europe/london", ""])("no zone: %o", (timezone) => {
    const sent = update({}, { timezone });
    expect(warningsOf(sent, NOW)).toMatchObject([{ path: "users[1].timezone" }]);
    expect(usersOf(update({ timezone }), KEPT)).toMatchObject([{ timeZone: null }]);
  });

  test.each(["ada", "ada@", "[email protected]", "a b@x.test"])("no e-mail address: %o", (email) => {
    expect(warningsOf(update({ email }), NOW)).toMatchObject([{ path: "users[0].email" }]);
    expect(usersOf(update({ email }), KEPT)).toMatchObject([{ email: null }]);
  });

  test("is taken without a warning where it is right, or not there", () => {
    const sent = update(
      { name: "Ada", timezone: "America/Argentina/Ushuaia", email: "Ada@X.test", details: { location: "office" } },
      { personIdentifier: "bob", name: null, timezone: null, email: null, details: null },
      { personIdentifier: "cy", name: "", email: "", timezone: "UTC", status: " Away" },
    );
    expect(warningsOf(sent, NOW)).toEqual([]);
    const unsaid = { name: null, email: null, timeZone: null, details: null };
    expect(usersOf(sent, KEPT)).toEqual([
      {
        identifier: "ada",
        name: "Ada",
        email: "ada@x.test",
        timeZone: "America/Argentina/Ushuaia",
        status: "online",
        details: '{"location":"office"}',
      },
      { ...unsaid, identifier: "bob", status: "online" },
      { ...unsaid, identifier: "cy", status: " Away", timeZone: "UTC" },
    ]);
  });

  test("is what was said last, of somebody named twice", () => {
    const sent = update({ status: "online" }, { personIdentifier: "bob" }, { status: "away" });
    expect(usersOf(sent, KEPT).map(({ identifier, status }) => [identifier, status])).toEqual([
      ["ada", "away"],
      ["bob", "online"],
    ]);
    expect(countStatuses(sent)).toEqual({ online: 2, away: 1 });
  });
});
