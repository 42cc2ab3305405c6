export type Path = (string | number)[];

/** Fields whose inside is the caller's own affair. */
const FREE = new Set(["details"]);

/** The value at a path. */
export const at = (body: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], body);

/** The paths to every field of a body; of a list only the last item stands for all, and free fields are left closed. */
export function fields(body: unknown, path: Path = []): Path[] {
  if (typeof body !== "object" || body === null || FREE.has(String(path.at(-1)))) return [];
  const steps = Array.isArray(body) ? [...body.keys()].slice(-1) : Object.keys(body);
  return steps.flatMap((step) => [[...path, step], ...fields(at(body, [step]), [...path, step])]);
}

/** The paths to every object of a body, itself and free fields included. */
export const objects = (body: unknown): Path[] =>
  [[], ...fields(body)].filter((path) => typeOf(at(body, path)) === "object");

/** The paths to every text of a body. */
export const texts = (body: unknown): Path[] => fields(body).filter((path) => typeof at(body, path) === "string");

const typeOf = (value: unknown) => (Array.isArray(value) ? "array" : typeof value);

const OF_TYPE = {
  string: ["", "15"],
  number: [15, 1.5],
  boolean: [true],
  array: [[], ["x"]],
  object: [{}],
} as Record<string, unknown[]>;

/** Values of every type but that of `value`. */
export const ofOtherTypes = (value: unknown): unknown[] =>
  Object.entries(OF_TYPE).flatMap(([type, values]) => (type === typeOf(value) ? [] : values));

/** The body with another value at a path; without the field where that is undefined. */
export function withValue(body: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(body);
  const holder = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  holder[path.at(-1)!] = value;
  return copy;
}

const PLACE = "the place of what JSON.stringify cannot write";

/** The body as JSON, with `json` at a path. */
export const written = (body: unknown, path: Path, json: string): string =>
  JSON.stringify(withValue(body, path, PLACE)).replace(JSON.stringify(PLACE), () => json);

/** The body as JSON, with `json` as one more member at the end of the object at a path. */
export const withMember = (body: unknown, path: Path, json: string): string => {
  const object = JSON.stringify(at(body, path));
  return written(body, path, object === "{}" ? `{${json}}` : `${object.slice(0, -1)},${json}}`);
};
