/**
 * The same JSON with the keys of every object in order. Objects have no order of their own, and some tools write them in
 * another each time: what differs in nothing else is the same content.
 */
export function sortKeys(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(sortKeys);
  // Not by assignment, which would take a key `__proto__` for the prototype.
  return Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sortKeys(value)]),
  );
}
