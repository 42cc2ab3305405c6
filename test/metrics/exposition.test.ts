import { expect, test } from "vitest";
import { OPENMETRICS, PROMETHEUS_TEXT } from "../../src/metrics/exposition.ts";

test("Gauges and counters are written in the text format of OpenMetrics", () => {
  const text = OPENMETRICS.write(
    [
      { type: "gauge", name: "rooms", help: "Rooms in use.", value: 3 },
      { type: "counter", name: "visits", help: "Visits.", value: 12, createdAt: 1_520_872_607_123 },
      { type: "counter", name: "calls", help: "Calls.", value: 0 },
    ],
    { house: "north" },
  );
  expect(text).toBe(`# TYPE rooms gauge
# HELP rooms Rooms in use.
rooms{house="north"} 3
# TYPE visits counter
# HELP visits Visits.
visits_total{house="north"} 12
visits_created{house="north"} 1520872607.123
# TYPE calls counter
# HELP calls Calls.
calls_total{house="north"} 0
# EOF
`);
});

test("Characters that would end a label are escaped", () => {
  const text = OPENMETRICS.write([{ type: "gauge", name: "g", help: 'a "\\"\nb', value: 1 }], { team: 'x"\\\ny' });
  expect(text).toContain('g{team="x\\"\\\\\\ny"} 1\n');
  expect(text).toContain('# HELP g a \\"\\\\\\"\\nb\n');
});

test("The older text format of Prometheus names counters with their ending, and has no end of file", () => {
  const text = PROMETHEUS_TEXT.write(
    [
      { type: "gauge", name: "rooms", help: 'Rooms "in use" \\ a\nb', value: 3 },
      { type: "counter", name: "visits", help: "Visits.", value: 12, createdAt: 1_520_872_607_123 },
    ],
    { house: 'no"rth' },
  );
  expect(text).toBe(`# HELP rooms Rooms "in use" \\\\ a\\nb
# TYPE rooms gauge
rooms{house="no\\"rth"} 3
# HELP visits_total Visits.
# TYPE visits_total counter
visits_total{house="no\\"rth"} 12
`);
});
