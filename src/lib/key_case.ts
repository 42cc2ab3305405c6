type CamelCase<Key extends string> = Key extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Key;

type SnakeCase<Key extends string> = Key extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Key;

/** Renames the keys of an object from `snake_case`, as bodies have them, to `camelCase`. Nested objects stay as they are. */
export const camelCaseKeys = <T extends object>(object: T) =>
  renamed(object, (key) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())) as {
    [Key in keyof T as CamelCase<Key & string>]: T[Key];
  };

/** Renames the keys of an object from `camelCase` to `snake_case`. Nested objects stay as they are. */
export const snakeCaseKeys = <T extends object>(object: T) =>
  renamed(object, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as {
    [Key in keyof T as SnakeCase<Key & string>]: T[Key];
  };

const renamed = (object: object, rename: (key: string) => string): object =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]));
