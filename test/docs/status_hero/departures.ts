/** Keys that answers have after the printed ones, by the printed keys they begin with: a check-in and a member. */
const ADDED = [
  { printed: "id,answers", keys: ["created_at", "updated_at"] },
  { printed: "id,slug,username,role", keys: ["team_lead", "absent_dates"] },
];

/** The keys that an object must have: the printed ones, then the added ones. */
const expectedKeys = (printed: string[]): string[] => [
  ...printed,
  ...ADDED.filter((one) => `${printed},`.startsWith(`${one.printed},`)).flatMap(({ keys }) => keys),
];

/**
 * Returns where an answer differs from what the document prints, as texts that begin with the path. Objects must have
 * exactly the printed keys, in the printed order, and then those of ADDED. A collection may have more items than the document prints; the printed
 * ones must be in the printed order and are found by id. Any other list must be equal. Of a `url` only the path is compared,
 * because the host differs.
 */
export function departures(printed: unknown, actual: unknown, place = ""): string[] {
  if (isObject(printed) && isObject(actual)) {
    const [expected, found] = [Object.keys(printed), Object.keys(actual)];
    if (`${expectedKeys(expected)}` !== `${found}`) return [`${place}: has the keys ${found} instead of ${expected}`];
    return expected.flatMap((key) => {
      const [one, other] = key === "url" ? [pathOf(printed[key]), pathOf(actual[key])] : [printed[key], actual[key]];
      return departures(one, other, place ? `${place}.${key}` : key);
    });
  }
  if (isCollection(printed) && isCollection(actual)) return departuresOfCollection(printed, actual, place);
  const [expected, found] = [JSON.stringify(printed), JSON.stringify(actual)];
  return expected === found ? [] : [`${place}: ${found} instead of ${expected}`];
}

type Row = { id: string };

function departuresOfCollection(printed: Row[], actual: Row[], place: string): string[] {
  const found = printed.map(({ id }) => actual.findIndex((one) => one.id === id));
  const inOrder = found.toSorted((a, b) => a - b).join() === found.join();
  return [
    ...(inOrder ? [] : [`${place}: is in another order`]),
    ...printed.flatMap((row, index) => departures(row, actual[found[index]!], `${place}[${row.id}]`)),
  ];
}

const pathOf = (url: unknown) => (typeof url === "string" && URL.canParse(url) ? new URL(url).pathname : url);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCollection = (value: unknown): value is Row[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isObject(one) && typeof one.id === "string");
