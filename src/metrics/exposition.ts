/** A metric of one team. A counter only grows; `createdAt`, UTC milliseconds, is when it was 0. */
export type Metric = {
  name: string;
  help: string;
  value: number;
} & ({ type: "gauge" } | { type: "counter"; createdAt?: number });

/** A text format of metrics that scrapers read: its media type, and how metrics are written, each with the labels. */
type Format = { mediaType: string; write: (metrics: readonly Metric[], labels: Record<string, string>) => string };

/** OpenMetrics 1.0, which Prometheus asks for. */
export const OPENMETRICS: Format = {
  mediaType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  write: (metrics, labels) => lines([...metrics.flatMap((metric) => openMetric(metric, labelText(labels))), "# EOF"]),
};

/** The text format of Prometheus, version 0.0.4, which `promtool check metrics` and most other tools read. */
export const PROMETHEUS_TEXT: Format = {
  mediaType: "text/plain; version=0.0.4; charset=utf-8",
  write: (metrics, labels) => lines(metrics.flatMap((metric) => textMetric(metric, labelText(labels)))),
};

const lines = (all: string[]): string => [...all, ""].join("\n");

const labelText = (labels: Record<string, string>): string =>
  `{${Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`)}}`;

function openMetric(metric: Metric, labels: string): string[] {
  const { name, help, type, value } = metric;
  const head = [`# TYPE ${name} ${type}`, `# HELP ${name} ${escapeText(help)}`];
  if (type === "gauge") return [...head, `${name}${labels} ${value}`];
  const created = metric.createdAt === undefined ? [] : [`${name}_created${labels} ${metric.createdAt / 1000}`];
  return [...head, `${name}_total${labels} ${value}`, ...created];
}

/** Here the name of a counter ends in `_total` everywhere, and a help text has its quotes as they are. */
function textMetric({ name, help, type, value }: Metric, labels: string): string[] {
  const sample = type === "counter" ? `${name}_total` : name;
  const helpText = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return [`# HELP ${sample} ${helpText}`, `# TYPE ${sample} ${type}`, `${sample}${labels} ${value}`];
}

const escapeText = (text: string): string => text.replace(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`));
