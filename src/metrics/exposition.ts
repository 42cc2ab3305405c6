/** A metric of one team as operators scrape it. Counters only ever grow; `createdAt`, UTC milliseconds, is when one began at 0. */
export type Metric = {
  name: string;
  help: string;
  value: number;
} & ({ type: "gauge" } | { type: "counter"; createdAt?: number });

/** The media type of `exposition`. */
export const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Metrics in the text format of OpenMetrics 1.0, each with the labels. */
export function exposition(metrics: readonly Metric[], labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  const labelled = `{${pairs.join(",")}}`;
  return [...metrics.flatMap((metric) => lines(metric, labelled)), "# EOF", ""].join("\n");
}

function lines(metric: Metric, labels: string): string[] {
  const { name, help, type, value } = metric;
  const head = [`# TYPE ${name} ${type}`, `# HELP ${name} ${escaped(help)}`];
  if (type === "gauge") return [...head, `${name}${labels} ${value}`];
  const created = metric.createdAt === undefined ? [] : [`${name}_created${labels} ${metric.createdAt / 1000}`];
  return [...head, `${name}_total${labels} ${value}`, ...created];
}

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
