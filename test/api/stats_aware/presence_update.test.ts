import { describe, expect, test } from "vitest";
import { type PresenceUpdate, toHeartbeat } from "../../../src/api/stats_aware/presence_update.ts";
import { isTooOld, usersOf, withoutDetails } from "../../../src/presence/heartbeat/heartbeat.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const HOUR = 3_600_000;

/** Converts an update of these users. The defaults are Ada, online. */
const read = (...users: Partial<PresenceUpdate["users"][number]>[]) =>
  toHeartbeat({
    timestamp: NOW,
    source: "test",
    users: users.map((user, index) => ({ personIdentifier: "ada", status: "online", index, ...user })),
  });
const readUsers = (...users: Partial<PresenceUpdate["users"][number]>[]) => usersOf(read(...users).users);

describe("An update", () => {
  test("An update is too old when it is more than 24 hours old", () => {
    expect(isTooOld(NOW - 24 * HOUR, NOW)).toBe(false);
    expect(isTooOld(NOW - 24 * HOUR - 1, NOW)).toBe(true);
  });

  test("Users are counted by status as sent, also by names of object members", () => {
    const users = ["online", "Online", "online", "__proto__", "constructor", "7"].map((status) => ({ status }));
    expect(JSON.stringify(read(...users).processed)).toBe(
      '{"users":6,"statuses":{"7":1,"online":2,"Online":1,"__proto__":1,"constructor":1}}',
    );
  });
});

describe("A user of an update", () => {
  test.each(["EST", "PST", "GMT+1", "+01:00", "Europe/Nowhere", "europe/london", ""])(
    "The time zone %o is ignored with a warning",
    (timezone) => {
      expect(read({}, { timezone }).warnings).toMatchObject([{ path: "users[1].timezone" }]);
      expect(readUsers({ timezone })).toMatchObject([{ timeZone: null }]);
    },
  );

  test.each(["ada", "ada@", "[email protected]", "a b@x.test"])("The e-mail %o is ignored with a warning", (email) => {
    expect(read({ email }).warnings).toMatchObject([{ path: "users[0].email" }]);
    expect(readUsers({ email })).toMatchObject([{ email: null }]);
  });

  test("Valid and absent fields cause no warning", () => {
    const { warnings, users } = read(
      { name: "Ada", timezone: "America/Argentina/Ushuaia", email: "Ada@X.test", details: { location: "office" } },
      { personIdentifier: "bob", name: null, timezone: null, email: null, details: null },
      { personIdentifier: "cy", name: "", email: "", timezone: "UTC", status: " Away" },
    );
    expect(warnings).toEqual([]);
    const absent = { name: null, email: null, timeZone: null, details: null };
    expect(usersOf(users)).toEqual([
      {
        identifier: "ada",
        name: "Ada",
        email: "ada@x.test",
        timeZone: "America/Argentina/Ushuaia",
        status: "online",
        details: '{"location":"office"}',
      },
      { ...absent, identifier: "bob", status: "online" },
      { ...absent, identifier: "cy", status: " Away", timeZone: "UTC" },
    ]);
    expect(usersOf(withoutDetails(users)).map(({ identifier, details }) => [identifier, details])).toEqual([
      ["ada", null],
      ["bob", null],
      ["cy", null],
    ]);
  });

  test("The last entry of a person named twice counts", () => {
    const sent = [{ status: "online", email: "ada@x.test" }, { personIdentifier: "bob" }, { status: "away" }];
    expect(readUsers(...sent).map(({ identifier, status, email }) => [identifier, status, email])).toEqual([
      ["ada", "away", null],
      ["bob", "online", null],
    ]);
    expect(read(...sent).processed).toEqual({ users: 3, statuses: { online: 2, away: 1 } });
  });
});
