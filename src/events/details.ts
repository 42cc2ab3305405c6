/**
 * Returns the same JSON with the keys of every object in order. Some tools write keys in a different order each time, which
 * must not make an event count as changed.
 */
export function sortKeys(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(sortKeys);
  // Object.fromEntries keeps a key `__proto__`; an assignment would set the prototype.
  return Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sortKeys(value)]),
  );
}
