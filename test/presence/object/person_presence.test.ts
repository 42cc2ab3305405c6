import { describe, expect, test } from "vitest";
import type { Stream } from "../../../src/presence/blocks/block.ts";
import { livePerson } from "../../../src/presence/object/live_message.ts";
import {
  type PersonPresence,
  personPresence,
  presenceChanges,
  presencePage,
  type SourceStream,
  teamPresence,
} from "../../../src/presence/object/person_presence.ts";
import { makeRoster, type TeamPerson } from "../../../src/presence/object/roster.ts";
import { parseSteps, runSteps } from "../../support/stream_steps.ts";

const TIMEOUT = 600_000;
const iso = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
const ada = { personId: "usr_a", name: "Ada", timeZone: "Europe/London" };

/** The stream of an identity at a source after the steps in `reported`. */
function stream(source: string, reported: string, identityId = "i1"): SourceStream {
  const { stream } = runSteps(parseSteps(reported), TIMEOUT) as { stream: Stream };
  return { ...stream, identityId, source };
}

/** Ada's presence from these streams, in the field names of the API. */
const presenceOf = (streams: SourceStream[], classes = {}) => livePerson(personPresence(ada, streams, classes));

describe("The presence of a person", () => {
  test("A person with one source has its status, start and last heartbeat", () => {
    expect(presenceOf([stream("slack", "1000 Coding, 61000 coding")])).toEqual({
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
    // Among equal ranks the status that began last wins, not the one with the last heartbeat.
    [["1000 coding, 99000 coding", "5000 reviewing"], "reviewing"],
    [["1000 busy", "5000 call"], "call"],
    [["1000 dnd", "5000 do not disturb"], "do not disturb"],
    [["5000 away", "1000 lunch"], "away"],
  ])("A person with the sources %j has the status %s", (reported, status) => {
    const streams = reported.map((text, n) => stream(`source-${n}`, text));
    expect(presenceOf(streams)).toMatchObject({ present: true, status });
    expect(presenceOf(streams.reverse())).toMatchObject({ present: true, status });
  });

  test("The team's status classes decide which status ranks first and whether it is working", () => {
    const streams = [stream("slack", "1000 in a meeting"), stream("vscode", "500 break")];
    const classes = { break: true, "in a meeting": false };
    expect(presenceOf(streams, classes)).toMatchObject({ status: "break", working: true, source: "vscode" });
    expect(presenceOf(streams.slice(0, 1), classes)).toMatchObject({ status: "in a meeting", working: false });
  });

  test("A person whose one source goes offline keeps the status of the other source", () => {
    const streams = [stream("slack", "1000 busy, 5000 offline"), stream("vscode", "2000 coding")];
    expect(presenceOf(streams)).toMatchObject({ status: "coding", source: "vscode", last_seen_at: iso(5_000) });
  });

  test("A person without an open block is offline and was last seen when the last block ended", () => {
    const streams = [
      stream("slack", "1000 online, 5000 offline, 9000 offline"),
      stream("vscode", "2000 coding, 700000"),
    ];
    expect(presenceOf(streams)).toMatchObject({
      present: false,
      status: "offline",
      working: false,
      source: null,
      since: null,
      last_seen_at: iso(5_000),
    });
  });

  test("A person only ever reported offline was never seen", () => {
    expect(presenceOf([stream("slack", "1000 offline")])).toMatchObject({ present: false, last_seen_at: null });
  });

  test("A person at lunch is present but not working", () => {
    expect(presenceOf([stream("slack", "1000 lunch")])).toMatchObject({ present: true, working: false });
  });
});

describe("The presence of a team", () => {
  const bob = { personId: "usr_b", name: "Bob", timeZone: "UTC" };
  const everyone = (people: Map<string, TeamPerson>, streams: SourceStream[]) => [
    ...teamPresence({
      roster: makeRoster(people),
      streamsOf: (id) => streams.filter(({ identityId }) => identityId === id),
      classes: {},
    }),
  ];

  test("Each person is listed once, over all their identities, by name and then id", () => {
    const otherAda = { ...ada, personId: "usr_0" };
    const people = new Map([
      ["i1", bob],
      ["i2", ada],
      ["i3", bob],
      ["i4", otherAda],
    ]);
    const streams = [
      stream("slack", "1000 online", "i1"),
      stream("slack", "1000 away", "i2"),
      stream("git", "1000 busy", "i3"),
      stream("git", "1000 online", "i4"),
    ];
    expect(everyone(people, streams).map(({ personId, status }) => [personId, status])).toEqual([
      ["usr_0", "online"],
      ["usr_a", "away"],
      ["usr_b", "busy"],
    ]);
  });

  test("Identities that D1 has not linked yet, and people without a stream, are left out", () => {
    expect(everyone(new Map([["i9", ada]]), [stream("slack", "1000 online", "i1")])).toEqual([]);
  });

  test("A page has the people after a person, those present or absent only, up to the limit", () => {
    const online = personPresence(ada, [stream("slack", "1000 online")], {});
    const people = ["usr_1", "usr_2", "usr_3"].map((personId, n) => ({ ...online, personId, present: n !== 1 }));
    const idsOf = (filter: Parameters<typeof presencePage>[1]) =>
      presencePage(people, filter).map(({ personId }) => personId);
    expect(idsOf({ limit: 2 })).toEqual(["usr_1", "usr_2"]);
    expect(idsOf({ limit: 2, present: true })).toEqual(["usr_1", "usr_3"]);
    expect(idsOf({ limit: 2, present: false })).toEqual(["usr_2"]);
    expect(idsOf({ limit: 2, after: { name: "Ada", personId: "usr_1" } })).toEqual(["usr_2", "usr_3"]);
    expect(idsOf({ limit: 2, after: { name: "Abe", personId: "usr_9" } })).toEqual(["usr_1", "usr_2"]);
    expect(idsOf({ limit: 2, after: { name: "Bob", personId: "usr_0" } })).toEqual([]);
  });
});

describe("The changes that viewers are sent", () => {
  const online = personPresence(ada, [stream("slack", "1000 online")], {});
  const gone = personPresence(ada, [stream("slack", "1000 online, 2000 offline")], {});
  const changes = (before: PersonPresence[], now: PersonPresence[]) =>
    presenceChanges(new Map(before.map((person) => [person.personId, person])), now);

  test("A new person, and a person with any visible difference, is sent", () => {
    const different = [{ name: "Eve" }, { timeZone: "UTC" }, { status: "Online" }, { source: "x" }, { since: 7 }].map(
      (change) => ({ ...online, ...change }),
    );
    for (const now of [...different, gone]) expect(changes([online], [now])).toEqual({ changed: [now], removed: [] });
    expect(changes([], [online])).toEqual({ changed: [online], removed: [] });
    const later = { ...gone, lastSeenAt: 9_000 };
    expect(changes([gone], [later])).toEqual({ changed: [later], removed: [] });
  });

  test("A person who was merged into another is sent as removed", () => {
    const bob = { ...online, personId: "usr_b" };
    expect(changes([online, bob], [bob])).toEqual({ changed: [], removed: ["usr_a"] });
  });

  test("A present person with only a newer heartbeat is not sent", () => {
    const again = personPresence(ada, [stream("slack", "1000 online, 2000 online")], {});
    expect(changes([online, { ...gone, personId: "usr_b" }], [again, { ...gone, personId: "usr_b" }])).toEqual({
      changed: [],
      removed: [],
    });
  });
});
