export type Path = (string | number)[];

/** The fields in which any JSON is valid. */
const FREE = new Set(["details"]);

/** Returns the value at a path. */
export const at = (body: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], body);

/** Returns the path of every field of a body. It visits only the last item of a list, and no free field. */
export function fields(body: unknown, path: Path = []): Path[] {
  if (typeof body !== "object" || body === null || FREE.has(String(path.at(-1)))) return [];
  const steps = Array.isArray(body) ? [...body.keys()].slice(-1) : Object.keys(body);
  return steps.flatMap((step) => [[...path, step], ...fields(at(body, [step]), [...path, step])]);
}

/** Returns the path of every object of a body, including the body and free fields. */
export const objects = (body: unknown): Path[] =>
  [[], ...fields(body)].filter((path) => typeOf(at(body, path)) === "object");

/** Returns the path of every string of a body. */
export const texts = (body: unknown): Path[] => fields(body).filter((path) => typeof at(body, path) === "string");

const typeOf = (value: unknown) => (Array.isArray(value) ? "array" : typeof value);

const OF_TYPE = {
  string: ["", "15"],
  number: [15, 1.5],
  boolean: [true],
  array: [[], ["x"]],
  object: [{}],
} as Record<string, unknown[]>;

/** Returns values of every JSON type other than the type of `value`. */
export const ofOtherTypes = (value: unknown): unknown[] =>
  Object.entries(OF_TYPE).flatMap(([type, values]) => (type === typeOf(value) ? [] : values));

/** Returns a copy of the body with another value at a path. JSON leaves the field out when the value is undefined. */
export function withValue(body: unknown, path: Path, value: unknown): unknown {
  if (path.length === 0) return value;
  const copy = structuredClone(body);
  const holder = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  holder[path.at(-1)!] = value;
  return copy;
}

const PLACE = "the place of what JSON.stringify cannot write";

/** Writes the body as JSON, with `json` at a path. */
export const written = (body: unknown, path: Path, json: string): string =>
  JSON.stringify(withValue(body, path, PLACE)).replace(JSON.stringify(PLACE), () => json);

/** Writes the body as JSON, with `json` as an additional last member of the object at a path. */
export const withMember = (body: unknown, path: Path, json: string): string => {
  const object = JSON.stringify(at(body, path));
  return written(body, path, object === "{}" ? `{${json}}` : `${object.slice(0, -1)},${json}}`);
};
