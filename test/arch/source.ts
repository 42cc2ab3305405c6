import { exported, type Module, type Node, nameOf, walk } from "./module.ts";
import { EMPTY_NAMES, MAX_LINES, type Role } from "./rules.ts";

/** Roles whose results depend only on arguments: time and randomness are arguments too. */
const ROLES_WITHOUT_CLOCK: readonly (Role | null)[] = [
  ...(["lib", "pure", "schema", "body", "value", "tables", "triggers", "client", "store", "service", "page"] as const),
];

/** Those of the roles above that also get no database, request or object as an argument. */
const ROLES_WITHOUT_IO: readonly (Role | null)[] = [
  "lib",
  "pure",
  "schema",
  "body",
  "value",
  "tables",
  "triggers",
  "page",
];

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** Globals for input, output, time and randomness. */
const IO_GLOBALS = new Set([
  ...words("fetch WebSocket WebSocketPair EventSource caches navigator console process globalThis self"),
  ...words("performance crypto scheduler setTimeout setInterval setImmediate queueMicrotask"),
]);

/** Types of storage, of bindings and of requests. */
const IO_TYPES = new Set([
  ...words("Env D1Database SqlStorage Fetcher RateLimit ExecutionContext Request Response"),
  ...words("DurableObjectNamespace DurableObjectState DurableObjectStorage DurableObjectStub"),
]);

/** Forbidden members of globals that are allowed otherwise. */
const CLOCK_AND_RANDOMNESS = words("Date.now Math.random Temporal.Now import.meta");

/** The file for ids and digests, which is the only one that may use `crypto`. */
const CRYPTO_FILE = "src/lib/id.ts";

/** Lists the time, randomness, input and output that such a file uses without getting them as arguments. */
export function hiddenInputs({ path, role, program }: Module): string[] {
  if (!ROLES_WITHOUT_CLOCK.includes(role)) return [];
  const found: string[] = [];
  walk(program, (node, parent, field) => {
    const used = hiddenInputName(node, parent, field, ROLES_WITHOUT_IO.includes(role));
    if (used && !(used === "crypto" && path === CRYPTO_FILE)) found.push(`${path}: ${role} uses ${used}`);
  });
  return found;
}

function hiddenInputName(node: Node, parent: Node | null, field: string, withoutIo: boolean): string | null {
  if (node.type === "Identifier" && isReference(parent, field)) {
    const name = nameOf(node);
    if (IO_GLOBALS.has(name) || (withoutIo && IO_TYPES.has(name))) return name;
  }
  if (node.type === "MemberExpression" || node.type === "MetaProperty") {
    const name = `${nameOf(node.object ?? node.meta)}.${nameOf(node.property)}`;
    if (CLOCK_AND_RANDOMNESS.has(name)) return name;
  }
  const makesDate = (node.type === "NewExpression" || node.type === "CallExpression") && nameOf(node.callee) === "Date";
  // `Date(...)` without `new` always reads the clock, and ignores its arguments.
  if (makesDate && (node.type === "CallExpression" || (node.arguments as Node[]).length === 0)) return "the clock";
  return null;
}

/** Whether an identifier in this place is a reference, and not the name of a field. */
function isReference(parent: Node | null, field: string): boolean {
  if (field === "property") return parent?.type !== "MemberExpression" || parent.computed === true;
  // In `{ crypto }` the identifier is both key and value. The value is the reference.
  return field !== "key" || parent?.computed === true;
}

const SQL =
  /\bselect\b[\s\S]*\bfrom\b|\b(?:insert(?: or \w+)?|replace) into\b|\bupdate\b[\s\S]*\bset\b|\bdelete from\b|\bcreate (?:unique )?(?:table|index)\b|\bpragma \w/i;

/** Roles that may contain SQL. The SQL of an object's own SQLite is in its `storage_store.ts`. */
const SQL_ROLES: readonly (Role | null)[] = ["store", "tables", "client", "triggers"];

/** Lists SQL and database queries outside the stores. */
export function queries({ path, role, program }: Module): string[] {
  if (SQL_ROLES.includes(role)) return [];
  const found: string[] = [];
  walk(program, (node) => {
    const text = textOf(node);
    if (SQL.test(text)) found.push(`${path}: ${role} holds SQL: ${text.trim().slice(0, 40)}`);
    if (node.type === "MemberExpression" && isDatabase(node.object as Node)) {
      found.push(`${path}: ${role} queries the database (${nameOf(node.property)}), which is for a store`);
    }
  });
  return found;
}

/** Returns the text of a string or template, with a ? for each value; "" for any other node. */
function textOf({ type, value, quasis }: Node): string {
  if (type === "TemplateLiteral")
    return (quasis as Node[]).map(({ value }) => (value as { raw: string }).raw).join("?");
  return type === "Literal" && typeof value === "string" ? value : "";
}

/** Whether a node is `db`, `this.db`, `this.#db`, `c.env.DB` or `c.get("db")`. */
function isDatabase(node: Node): boolean {
  if (node.type === "MemberExpression") return /^db$/i.test(nameOf(node.property));
  if (node.type === "CallExpression") {
    const [first] = node.arguments as Node[];
    return nameOf((node.callee as Node).property) === "get" && first?.value === "db";
  }
  return nameOf(node) === "db";
}

/** The names of a tenant, as a parameter or as a field of a destructured parameter. */
const TENANT = /^(?:tenant|team|teamId|account|accountId)$/;

/** Lists exported functions of stores whose first parameter, or first after the database, is not the tenant. */
export function tenantless(module: Module): string[] {
  // The SQLite of an object contains only one team.
  if (module.role !== "store" || module.path.endsWith("/storage_store.ts")) return [];
  return exported(module)
    .filter(({ kind, params }) => {
      const at = params.findIndex((param) => isNamed(param, /^db$/)) + 1;
      return kind === "function" && (at > 1 || !isNamed(params[at], TENANT));
    })
    .map(({ name }) => `${module.path}: ${name}`);
}

function isNamed(param: Node | undefined, name: RegExp): boolean {
  if (param?.type !== "ObjectPattern") return name.test(nameOf(param));
  return (param.properties as Node[]).some((property) => name.test(nameOf(property.key)));
}

/** Lists exported functions and classes without a docstring. */
export const undocumented = (module: Module): string[] =>
  exported(module)
    .filter(({ docstring }) => !docstring)
    .map(({ name }) => `${module.path}: ${name}`);

/** Lists files and folders with a word without meaning in their name. */
export const emptyNames = (paths: readonly string[]): string[] =>
  paths.filter((path) => path.split(/[/._-]/).some((word) => (EMPTY_NAMES as readonly string[]).includes(word)));

/** Whether a text has more lines than a file may have. */
export const isTooLong = (text: string): boolean => text.replace(/\n$/, "").split("\n").length > MAX_LINES;
