/** A metric of one team. A counter only grows; `createdAt`, UTC milliseconds, is when it was 0. */
export type Metric = {
  name: string;
  help: string;
  value: number;
} & ({ type: "gauge" } | { type: "counter"; createdAt?: number });

/** The media type of `exposition`. */
export const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Writes metrics in the text format of OpenMetrics 1.0, each with the labels. */
export function exposition(metrics: readonly Metric[], labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  const labelText = `{${pairs.join(",")}}`;
  return [...metrics.flatMap((metric) => metricLines(metric, labelText)), "# EOF", ""].join("\n");
}

function metricLines(metric: Metric, labelText: string): string[] {
  const { name, help, type, value } = metric;
  const head = [`# TYPE ${name} ${type}`, `# HELP ${name} ${escapeText(help)}`];
  if (type === "gauge") return [...head, `${name}${labelText} ${value}`];
  const created = metric.createdAt === undefined ? [] : [`${name}_created${labelText} ${metric.createdAt / 1000}`];
  return [...head, `${name}_total${labelText} ${value}`, ...created];
}

const escapeText = (text: string): string => text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
