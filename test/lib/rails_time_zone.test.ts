import { describe, expect, test } from "vitest";
import { ianaTimeZone, railsTimeZone } from "../../src/lib/rails_time_zone.ts";
import { isTimeZone } from "../../src/lib/time_zone.ts";

describe("the Rails name of an IANA zone", () => {
  test.each([
    // The names that the document prints.
    ["America/Los_Angeles", "Pacific Time (US & Canada)"],
    ["America/New_York", "Eastern Time (US & Canada)"],
    ["Europe/London", "London"],
    // Rails has several names for some zones. The shown name is that of the city in the IANA name.
    ["Asia/Kolkata", "Kolkata"],
    ["Asia/Tokyo", "Tokyo"],
    ["Europe/Zurich", "Zurich"],
    ["Europe/Moscow", "Moscow"],
    ["America/Mexico_City", "Mexico City"],
    ["America/Lima", "Lima"],
    ["Pacific/Auckland", "Auckland"],
    ["UTC", "UTC"],
    // Names that browsers use.
    ["Asia/Calcutta", "Kolkata"],
    ["Europe/Kiev", "Kyiv"],
    ["America/Buenos_Aires", "Buenos Aires"],
  ])("%s is shown as %s", (zone, name) => {
    expect(railsTimeZone(zone)).toBe(name);
  });

  test.each(["Europe/Oslo", "America/Toronto", "Asia/Saigon", "constructor"])("%s is shown by its own name", (zone) => {
    expect(railsTimeZone(zone)).toBe(zone);
  });
});

describe("a zone name from a client", () => {
  const cities = ["Edinburgh", "Mumbai", "Chennai", "New Delhi", "Osaka", "Quito", "Wellington", "Bern", "Abu Dhabi"];

  test.each(cities)("%s is read as a zone that is shown by another name", (name) => {
    expect(isTimeZone(ianaTimeZone(name))).toBe(true);
    expect(railsTimeZone(ianaTimeZone(name))).not.toBe(name);
  });

  test("Each other Rails name is read as the zone that it is shown for", () => {
    const zones = Intl.supportedValuesOf("timeZone").filter((zone) => railsTimeZone(zone) !== zone);
    expect(zones.length).toBeGreaterThan(125);
    for (const zone of zones) {
      const named = ianaTimeZone(railsTimeZone(zone));
      expect(isTimeZone(named), named).toBe(true);
      // The zone has the same clock, but may have another name.
      expect(offset(named), zone).toBe(offset(zone));
    }
  });

  test.each(["Europe/London", "Nowhere", "", "toString", "International Date Line West"])(
    "A name that is not a Rails name stays unchanged: %j",
    (name) => {
      expect(ianaTimeZone(name)).toBe(name);
    },
  );
});

const offset = (timeZone: string) =>
  new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" })
    .formatToParts(Date.UTC(2026, 6, 1))
    .find(({ type }) => type === "timeZoneName")?.value;
