/** Texts that are new each time. A page shows one example of the form. */
const SHAPES = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/,
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/,
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^usr_[0-9A-Za-z]{16}$/,
  /^notif_[0-9A-Za-z]{16}$/,
  /^tc_[0-9A-Za-z]{4}$/,
  /^tc_[0-9A-Za-z]{20}$/,
  /^[\w-]{43}$/,
];
/** Numbers that depend on when the page is run. */
const VARYING = new Set(["hours", "hours_logged", "weekday", "first_minute", "last_minute"]);

/**
 * Returns the paths at which an answer differs from what a page shows. A page may leave keys and list entries out, and
 * shows one example of texts that are new each time.
 */
export function differences(shown: unknown, actual: unknown, path = "answer"): string[] {
  if (typeof shown === "string" && typeof actual === "string") {
    const alike = shown === actual || SHAPES.some((shape) => shape.test(shown) && shape.test(actual));
    return alike ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(shown)}`];
  }
  if (Array.isArray(shown) && Array.isArray(actual)) {
    if (shown.length === 0 && actual.length > 0) return [`${path}: is not empty`];
    return shown.flatMap((entry, index) => {
      const found = actual.map((candidate) => differences(entry, candidate, `${path}[${index}]`));
      if (found.some((none) => none.length === 0)) return [];
      return found[index] ?? [`${path}[${index}]: is missing`];
    });
  }
  if (isObject(shown) && isObject(actual)) {
    return Object.entries(shown).flatMap(([key, value]) => {
      const here = `${path}.${key}`;
      if (!(key in actual)) return [`${here}: is missing`];
      if (VARYING.has(key) && typeof actual[key] === "number") return [];
      return differences(value, actual[key], here);
    });
  }
  return Object.is(shown, actual) ? [] : [`${path}: ${JSON.stringify(actual)} instead of ${JSON.stringify(shown)}`];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
