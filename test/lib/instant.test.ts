import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant, parseDate, parseInstant } from "../../src/lib/instant.ts";

describe("parseInstant", () => {
  test.each([
    ["2024-01-15T14:30:00Z", "2024-01-15T14:30:00.000Z"],
    ["2024-01-15T14:30:00z", "2024-01-15T14:30:00.000Z"],
    ["2024-01-15t14:30:00Z", "2024-01-15T14:30:00.000Z"],
    ["2024-01-15 14:30:00Z", "2024-01-15T14:30:00.000Z"],
    ["2024-01-15T14:30Z", "2024-01-15T14:30:00.000Z"],
    ["2024-01-15T14:30+02:00", "2024-01-15T12:30:00.000Z"],
    ["2024-01-15T14:30:00+0200", "2024-01-15T12:30:00.000Z"],
    ["2024-01-15T14:30:00+02", "2024-01-15T12:30:00.000Z"],
    ["2024-01-15T14:30:00-05:30", "2024-01-15T20:00:00.000Z"],
    ["2024-01-15T14:30:00-00:00", "2024-01-15T14:30:00.000Z"],
    ["2024-01-15T23:30:00-01:00", "2024-01-16T00:30:00.000Z"],
    ["2024-01-15T14:30:00.1Z", "2024-01-15T14:30:00.100Z"],
    ["2024-01-15T14:30:00,25Z", "2024-01-15T14:30:00.250Z"],
    ["2024-01-15T14:30:00.123999999999Z", "2024-01-15T14:30:00.123Z"],
    ["2024-01-15T14:30:00.0009+00:00", "2024-01-15T14:30:00.000Z"],
    ["1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
    ["0099-01-01T00:00:00Z", "0099-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%s is parsed as %s", (text, expected) => {
    expect(new Date(parseInstant(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  test.each([
    "",
    "now",
    "2024-01-15",
    "2024-01-15T14:30:00",
    "2024-01-15T14Z",
    "2024-01-15T14:30:00 Z",
    "2024-01-15  14:30:00Z",
    "2024-01-15T14:30:00Z\n",
    " 2024-01-15T14:30:00Z",
    "2024-01-15T14:30:00ZZ",
    "2024-01-15T14:30:00+2:00",
    "2024-01-15T14:30:00+02:60",
    "2024-01-15T14:30:00+24:00",
    "2024-01-15T14:30:00+",
    "2024-01-15T14:30:00 02:00",
    "2024-01-15T14:30:00[Europe/Madrid]",
    "2024-01-15T14:30:00 EST",
    "2024-01-15T14:30:00.Z",
    "2024-01-15T14:30.5Z",
    "2024-01-15T14:30:60Z",
    "2016-12-31T23:59:60Z",
    "2024-01-15T14:60:00Z",
    "2024-01-15T24:00:00Z",
    "2024-01-15T25:00:00Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-00-10T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "24-01-15T14:30:00Z",
    "+002024-01-15T14:30:00Z",
    "20240115T143000Z",
    "1705329000",
    "2024-01-15T14:30:00−05:00",
    "２０２４-01-15T14:30:00Z",
    "0000-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
  ])("%j is not an instant", (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  test("Every formatted instant is parsed as the same instant", () => {
    const ms = fc.integer({ min: Date.parse("0000-01-01T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59.999Z") });
    fc.assert(fc.property(ms, (instant) => parseInstant(formatInstant(instant)) === instant));
  });

  test("An offset changes the local time and not the instant", () => {
    const ms = fc.integer({ min: 0, max: 4e12 });
    const minutes = fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 });
    fc.assert(
      fc.property(ms, minutes, (instant, offset) => {
        const wall = new Date(instant + offset * 60_000).toISOString().slice(0, -1);
        const [hour, minute] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? "-" : "+"}${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
        expect(parseInstant(wall + zone)).toBe(instant);
        expect(parseInstant(wall + zone.replace(":", ""))).toBe(instant);
      }),
    );
  });

  test("Parsing never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => parseInstant(text) === null || /\d/.test(text)));
  });
});

describe("formatInstant", () => {
  test.each([
    [1_705_329_000_000, "2024-01-15T14:30:00Z"],
    [1_705_329_000_001, "2024-01-15T14:30:00.001Z"],
    [1_705_329_000_100, "2024-01-15T14:30:00.100Z"],
    [0, "1970-01-01T00:00:00Z"],
    [-1, "1969-12-31T23:59:59.999Z"],
  ])("%d milliseconds are formatted as %s", (ms, expected) => {
    expect(formatInstant(ms)).toBe(expected);
  });

  test("Formatting an invalid instant throws", () => {
    expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
  });
});

describe("parseDate", () => {
  test.each(["2024-02-29", "2018-02-05", "0001-01-01", "9999-12-31"])("%s is parsed as a date", (text) => {
    expect(parseDate(text)).toBe(text);
  });

  test.each(["2023-02-29", "2024-02-30", "2024-13-01", "2024-1-5", "2024-01-15T00:00", "20240115", "", "2024-01-15\n"])(
    "%j is not a date",
    (text) => {
      expect(parseDate(text)).toBeNull();
    },
  );
});
