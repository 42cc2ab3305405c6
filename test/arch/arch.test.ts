import { describe, expect, test } from "vitest";
import { barrels, cycles, misplaced, openers, packagesOf, wrongArrows, wrongPackages, wrongSlices } from "./imports.ts";
import type { Module } from "./module.ts";
import { files, modules, namesMachine, read, shownOrders, strayEntries, unpinned } from "./repository.ts";
import { SLICES } from "./rules.ts";
import { emptyNames, isTooLong, queries, tenantless, undocumented, worldly } from "./source.ts";

const all = files();
const code = all.filter((path) => /^(?:src|test)\/.*\.(?:tsx?|m?js|css)$/.test(path));
const src = modules(all);
const inSource = (rule: (module: Module) => string[]) => [...src.values()].flatMap(rule);
const manifest = JSON.parse(read("package.json"));

describe("imports", () => {
  test("every file has a place and a role", () => expect(misplaced(src)).toEqual([]));
  test("a file imports only what its role may", () => expect(wrongArrows(src)).toEqual([]));
  test("a slice imports only what earlier slices hold open", () => expect(wrongSlices(src)).toEqual([]));
  test("a file uses only the packages of its role", () => expect(wrongPackages(src)).toEqual([]));
  test("the database is opened only where nobody could hand it over", () => expect(openers(src)).toEqual([]));
  test("nothing imports in a circle", () => expect(cycles(src)).toEqual([]));
  test("what a file exports, it declares", () => expect(barrels(src)).toEqual([]));
});

describe("source", () => {
  test("time, chance and the network are handed in", () => expect(inSource(worldly)).toEqual([]));
  test("queries are in stores", () => expect(inSource(queries)).toEqual([]));
  test("exported functions and classes say what they do", () => expect(inSource(undocumented)).toEqual([]));
  test("names say what is inside", () => expect(emptyNames(code)).toEqual([]));
  test("no file is too long to read", () => expect(code.filter((path) => isTooLong(read(path)))).toEqual([]));

  test("every query takes the database and the tenant, but for these", () => {
    expect(inSource(tenantless).sort()).toEqual(Object.keys(TENANTLESS).sort());
  });
});

/** Exported functions of stores that take no tenant, and why. One that is gone, or takes a tenant now, must leave the list. */
const TENANTLESS: Record<string, string> = {
  "src/auth/store.ts: findKey": "a key is what tells the tenant; its digest is 256 bits that nobody guesses",
  "src/auth/store.ts: isUseDue": "decides about a key that was found, and queries nothing",
  "src/auth/store.ts: recordUse": "takes the integration whose own key was just shown",
  "src/checkins/reports/morning_store.ts: dueTeams": "the cron serves every team",
  "src/checkins/reports/morning_store.ts: teamZones":
    "the cron asks which zones there are, and of no team in particular",
  "src/checkins/reports/store.ts: makeReports": "takes a page of teams, each report with its own",
  "src/events/count_store.ts: countEvents": "takes many people, each with their own tenant",
  "src/notifications/rollup_store.ts: rollUp": "takes many people, each with their own tenant",
  "src/notifications/snapshot_store.ts: refreshPeople": "takes many people, each with their own team",
  "src/notifications/snapshot_store.ts: refreshRolledOver": "the cron serves every team",
  "src/notifications/stale_store.ts: isAnythingDue": "the cron serves every team; it learns yes or no",
  "src/notifications/stale_store.ts: leaseClock": "the clock is of the whole deployment",
  "src/notifications/stale_store.ts: listStale": "the cron serves every team",
  "src/notifications/stale_store.ts: moveClock": "the clock is of the whole deployment",
  "src/notifications/stale_store.ts: releaseClock": "the clock is of the whole deployment",
  "src/presence/stretch_store.ts: heldInStretches": "takes many people, each with their own tenant",
  "src/notifications/webhooks/delivery_store.ts: claimDue": "the cron sends every team's messages",
  "src/notifications/webhooks/delivery_store.ts: isAnyDue": "the cron asks whether there are any, and not whose",
  "src/notifications/webhooks/delivery_store.ts: saveAttempts":
    "takes what was claimed, each message of one subscription, whose row says the team",
  "src/retention/archive_store.ts: archiveBlocks": "the cron serves every team; each person comes with their own",
  "src/retention/archive_store.ts: archiveEvents": "the cron serves every team; each event comes with its own",
  "src/retention/archive_store.ts: removeOrphans":
    "the cron serves every team; takes ids that were read for their teams",
  "src/retention/expired_store.ts: expiredBlocks": "takes many people, each with their own tenant",
  "src/retention/expired_store.ts: expiredEvents": "takes many teams",
  "src/retention/expired_store.ts: expiringPeople": "takes many teams",
  "src/retention/expired_store.ts: listKeepers": "the cron serves every team",
  "src/people/store.ts: mergedPersonIds": "a part of queries that take the team themselves",
  "src/presence/store.ts: teamsHeard": "the cron serves every team; it learns ids and nothing else of theirs",
};

describe("repository", () => {
  test("the top level holds only what it must", () => expect(strayEntries(all)).toEqual([]));
  test("dependencies are pinned", () => expect(unpinned(manifest)).toEqual([]));
  test("dependencies are what src/ imports", () => {
    expect(packagesOf(src)).toEqual(Object.keys(manifest.dependencies).sort());
  });
  test("no file tells of the machine it was written on", () => {
    expect(all.filter((path) => namesMachine(path, read(path)))).toEqual([]);
  });
  test("the README shows the order of slices", () => {
    const standing = SLICES.filter((slice) => all.some((path) => path.startsWith(`src/${slice}/`)));
    expect(shownOrders(read("README.md"))).toContain(standing.join(" < "));
  });
});
