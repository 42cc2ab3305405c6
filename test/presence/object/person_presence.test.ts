import { describe, expect, test } from "vitest";
import type { Stream } from "../../../src/presence/blocks/block.ts";
import {
  byPerson,
  changes,
  current,
  type PersonPresence,
  type SourcedStream,
} from "../../../src/presence/object/person_presence.ts";
import { play, steps } from "../play.ts";

const TIMEOUT = 600_000;
const iso = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
const ada = { personId: "usr_a", name: "Ada", timeZone: "Europe/London" };

/** One source's stream of an identity, after what it sent. */
function stream(source: string, sent: string, identityId = "i1"): SourcedStream {
  const { stream } = play(steps(sent), TIMEOUT) as { stream: Stream };
  return { ...stream, identityId, source };
}

describe("a person's current status", () => {
  test("shows the one source there is", () => {
    expect(current(ada, [stream("slack", "1000 Coding, 61000 coding")], {})).toEqual({
      person_id: "usr_a",
      name: "Ada",
      time_zone: "Europe/London",
      present: true,
      status: "Coding",
      working: true,
      source: "slack",
      since: iso(1_000),
      last_seen_at: iso(61_000),
    });
  });

  test.each([
    [["9000 online", "1000 dnd", "5000 meeting"], "dnd"],
    [["9000 online", "5000 in-a-meeting", "8000 away"], "in-a-meeting"],
    [["9000 away", "1000 online"], "online"],
    [["1000 lunch", "9000 offline"], "lunch"],
    // Newest first within one rank, by when the status began and not by when it was last heard.
    [["1000 coding, 99000 coding", "5000 reviewing"], "reviewing"],
    [["1000 busy", "5000 call"], "call"],
    [["1000 dnd", "5000 do not disturb"], "do not disturb"],
    [["5000 away", "1000 lunch"], "away"],
  ])("of %j is %s", (sent, status) => {
    const streams = sent.map((text, n) => stream(`source-${n}`, text));
    expect(current(ada, streams, {})).toMatchObject({ present: true, status });
    expect(current(ada, streams.reverse(), {})).toMatchObject({ present: true, status });
  });

  test("goes by the team's classes", () => {
    const streams = [stream("slack", "1000 in a meeting"), stream("vscode", "500 break")];
    const classes = { break: true, "in a meeting": false };
    expect(current(ada, streams, classes)).toMatchObject({ status: "break", working: true, source: "vscode" });
    expect(current(ada, streams.slice(0, 1), classes)).toMatchObject({ status: "in a meeting", working: false });
  });

  test("goes on at one source when another goes offline", () => {
    const streams = [stream("slack", "1000 busy, 5000 offline"), stream("vscode", "2000 coding")];
    expect(current(ada, streams, {})).toMatchObject({ status: "coding", source: "vscode", last_seen_at: iso(5_000) });
  });

  test("is offline, and last seen when the last of the sources ended, once nothing is open", () => {
    const streams = [
      stream("slack", "1000 online, 5000 offline, 9000 offline"),
      stream("vscode", "2000 coding, 700000"),
    ];
    expect(current(ada, streams, {})).toMatchObject({
      present: false,
      status: "offline",
      working: false,
      source: null,
      since: null,
      last_seen_at: iso(5_000),
    });
  });

  test("is offline and never seen for somebody only ever reported offline", () => {
    expect(current(ada, [stream("slack", "1000 offline")], {})).toMatchObject({ present: false, last_seen_at: null });
  });

  test("may be present without working", () => {
    expect(current(ada, [stream("slack", "1000 lunch")], {})).toMatchObject({ present: true, working: false });
  });
});

describe("everybody", () => {
  const bob = { personId: "usr_b", name: "Bob", timeZone: "UTC" };

  test("is one entry for each person, over all their identities, by name and then id", () => {
    const adaToo = { ...ada, personId: "usr_0" };
    const known = new Map([
      ["i1", bob],
      ["i2", ada],
      ["i3", bob],
      ["i4", adaToo],
    ]);
    const streams = [
      stream("slack", "1000 online", "i1"),
      stream("slack", "1000 away", "i2"),
      stream("git", "1000 busy", "i3"),
      stream("git", "1000 online", "i4"),
    ];
    expect(byPerson(known, streams, {}).map(({ person_id, status }) => [person_id, status])).toEqual([
      ["usr_0", "online"],
      ["usr_a", "away"],
      ["usr_b", "busy"],
    ]);
  });

  test("leaves out whom D1 has not confirmed yet, and who never had a stream", () => {
    expect(byPerson(new Map([["i9", ada]]), [stream("slack", "1000 online", "i1")], {})).toEqual([]);
  });
});

describe("a viewer is told", () => {
  const online = current(ada, [stream("slack", "1000 online")], {});
  const gone = current(ada, [stream("slack", "1000 online, 2000 offline")], {});
  const told = (shown: PersonPresence[], now: PersonPresence[]) =>
    changes(new Map(shown.map((person) => [person.person_id, person])), now);

  test("of somebody new, and of whatever looks different", () => {
    const changed = [{ name: "Eve" }, { time_zone: "UTC" }, { status: "Online" }, { source: "x" }, { since: "x" }].map(
      (change) => ({ ...online, ...change }),
    );
    for (const now of [...changed, gone]) expect(told([online], [now])).toEqual({ data: [now], removed: [] });
    expect(told([], [online])).toEqual({ data: [online], removed: [] });
    const later = { ...gone, last_seen_at: iso(9_000) };
    expect(told([gone], [later])).toEqual({ data: [later], removed: [] });
  });

  test("of who is no longer there: somebody merged into another", () => {
    const bob = { ...online, person_id: "usr_b" };
    expect(told([online, bob], [bob])).toEqual({ data: [], removed: ["usr_a"] });
  });

  test("nothing of somebody present who was merely seen again", () => {
    const again = current(ada, [stream("slack", "1000 online, 2000 online")], {});
    expect(told([online, { ...gone, person_id: "usr_b" }], [again, { ...gone, person_id: "usr_b" }])).toEqual({
      data: [],
      removed: [],
    });
  });
});
