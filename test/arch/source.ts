import { exported, type Module, type Node, nameOf, walk } from "./module.ts";
import { EMPTY_NAMES, MAX_LINES, type Role } from "./rules.ts";

/** Roles that answer the same whenever, wherever and however often they are asked: time and chance are arguments. */
const TIMELESS: readonly (Role | null)[] = [
  ...(["lib", "pure", "schema", "body", "value", "tables", "triggers", "client", "store", "service", "page"] as const),
];

/** Of these, the ones to which nobody even hands a way out. A store works on a database, which is one. */
const SEALED: readonly (Role | null)[] = ["lib", "pure", "schema", "body", "value", "tables", "triggers", "page"];

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** Globals by which a file learns of the world, or changes it. */
const WORLD = new Set([
  ...words("fetch WebSocket WebSocketPair EventSource caches navigator console process globalThis self"),
  ...words("performance crypto scheduler setTimeout setInterval setImmediate queueMicrotask"),
]);

/** Types of what reaches storage, other Workers, or the request at hand. */
const HANDLES = new Set([
  ...words("Env D1Database SqlStorage Fetcher RateLimit ExecutionContext Request Response"),
  ...words("DurableObjectNamespace DurableObjectState DurableObjectStorage DurableObjectStub"),
]);

/** Members of globals that are harmless but for them. */
const CLOCK_AND_CHANCE = words("Date.now Math.random Temporal.Now import.meta");

/** Where randomness and digests live, so that nothing else needs `crypto`. */
const HOLDS_CRYPTO = "src/lib/id.ts";

/** What a file that must be timeless takes from the world without being given it. */
export function worldly({ path, role, program }: Module): string[] {
  if (!TIMELESS.includes(role)) return [];
  const found: string[] = [];
  walk(program, (node, parent, field) => {
    const used = worldlyName(node, parent, field, SEALED.includes(role));
    if (used && !(used === "crypto" && path === HOLDS_CRYPTO)) found.push(`${path}: ${role} uses ${used}`);
  });
  return found;
}

function worldlyName(node: Node, parent: Node | null, field: string, sealed: boolean): string | null {
  if (node.type === "Identifier" && isReference(parent, field)) {
    const name = nameOf(node);
    if (WORLD.has(name) || (sealed && HANDLES.has(name))) return name;
  }
  if (node.type === "MemberExpression" || node.type === "MetaProperty") {
    const name = `${nameOf(node.object ?? node.meta)}.${nameOf(node.property)}`;
    if (CLOCK_AND_CHANCE.has(name)) return name;
  }
  const makesDate = (node.type === "NewExpression" || node.type === "CallExpression") && nameOf(node.callee) === "Date";
  // `Date(...)` without `new` reads the clock whatever it is given.
  if (makesDate && (node.type === "CallExpression" || (node.arguments as Node[]).length === 0)) return "the clock";
  return null;
}

/** Whether an identifier in this place stands for what it names, and is not the name of a field. */
function isReference(parent: Node | null, field: string): boolean {
  if (field === "property") return parent?.type !== "MemberExpression" || parent.computed === true;
  // Of `{ crypto }`, the value is looked at.
  return field !== "key" || parent?.computed === true;
}

const SQL =
  /\bselect\b[\s\S]*\bfrom\b|\b(?:insert(?: or \w+)?|replace) into\b|\bupdate\b[\s\S]*\bset\b|\bdelete from\b|\bcreate (?:unique )?(?:table|index)\b|\bpragma \w/i;

/** Roles that speak to a database. An object's own SQLite is in its `storage_store.ts`. */
const SPEAKS_SQL: readonly (Role | null)[] = ["store", "tables", "client", "triggers"];

/** SQL, and queries built on the database a request carries, outside the stores. */
export function queries({ path, role, program }: Module): string[] {
  if (SPEAKS_SQL.includes(role)) return [];
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

/** What a string or template says, with a ? for each value; "" for any other node. */
function textOf({ type, value, quasis }: Node): string {
  if (type === "TemplateLiteral")
    return (quasis as Node[]).map(({ value }) => (value as { raw: string }).raw).join("?");
  return type === "Literal" && typeof value === "string" ? value : "";
}

/** `db`, `this.db`, `this.#db`, `c.env.DB` or `c.get("db")`. */
function isDatabase(node: Node): boolean {
  if (node.type === "MemberExpression") return /^db$/i.test(nameOf(node.property));
  if (node.type === "CallExpression") {
    const [first] = node.arguments as Node[];
    return nameOf((node.callee as Node).property) === "get" && first?.value === "db";
  }
  return nameOf(node) === "db";
}

/** The words for a tenant: as the name of a parameter, or of a field of one that is taken apart. */
const TENANT = /^(?:tenant|team|teamId|account|accountId)$/;

/** Exported functions of stores that do not take the tenant first, or next to the database they run on. */
export function tenantless(module: Module): string[] {
  // An object's own SQLite holds one team.
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

/** Exported functions and classes without a docstring. */
export const undocumented = (module: Module): string[] =>
  exported(module)
    .filter(({ docstring }) => !docstring)
    .map(({ name }) => `${module.path}: ${name}`);

/** Files and folders whose name says nothing. */
export const emptyNames = (paths: readonly string[]): string[] =>
  paths.filter((path) => path.split(/[/._-]/).some((word) => (EMPTY_NAMES as readonly string[]).includes(word)));

/** Whether a text is too long to read in one go. */
export const isTooLong = (text: string): boolean => text.replace(/\n$/, "").split("\n").length > MAX_LINES;
