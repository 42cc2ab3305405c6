import { parseAst } from "vitest/node";
import { ROLES_BY_NAME, type Role } from "./rules.ts";

/** A node of the ESTree syntax tree that vitest's parser returns for TypeScript. */
export type Node = { type: string; start: number; end: number; [field: string]: unknown };

/** An import. `from` is a path in the repository, or the package. A `typeOnly` import does not exist at run time. */
export type Import = { from: string; local: boolean; typeOnly: boolean; names: string[] };

/** An exported function or class. `docstring`: whether a docstring is directly above it. */
export type Exported = { name: string; kind: "function" | "class"; params: Node[]; docstring: boolean };

/** A parsed source file. The file is not run. */
export type Module = {
  path: string;
  text: string;
  /** Null if the file is in a place without a role. */
  role: Role | null;
  /** The folder of src/ that contains the file, `api/rollcall` for one within src/api; "" for src/ itself. */
  area: string;
  program: Node;
  imports: Import[];
};

/** Parses one file of src/. */
export function readModule(path: string, text: string): Module {
  const program = parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }, path) as unknown as Node;
  const area = areaOf(path);
  return { path, text, role: roleOf(path, area), area, program, imports: importsOf(program, path) };
}

function areaOf(path: string): string {
  const [, area = "", surface = "", ...rest] = path.split("/");
  if (surface === "") return "";
  return area === "api" && rest.length > 0 ? `api/${surface}` : area;
}

function roleOf(path: string, area: string): Role | null {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.tsx?$/, "");
  if (area === "") return name === "index" || name === "app" || name === "cron" ? name : null;
  if (area === "lib") return "lib";
  if (area === "db") {
    if (name === "client" || name === "triggers") return name;
    return path.startsWith("src/db/schema/") ? "tables" : null;
  }
  if (path === "src/auth/actor.ts") return "actor";
  // `http/schema.ts` has the parts that the schemas of all surfaces share.
  if (area === "http") return name === "schema" ? "schema" : "http";
  const last = name.slice(name.lastIndexOf("_") + 1);
  return ROLES_BY_NAME.find((role) => role === last) ?? "pure";
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Calls `visit` for a node and all its descendants, with their parent and the field of the parent. */
export function walk(node: Node, visit: (node: Node, parent: Node | null, field: string) => void): void {
  const go = (node: Node, parent: Node | null, field: string): void => {
    visit(node, parent, field);
    for (const [key, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) go(child, node, key);
    }
  };
  go(node, null, "");
}

/**
 * Finds every import of another file, in each form that TypeScript has. A computed name is "?", which no rule allows.
 */
function importsOf(program: Node, path: string): Import[] {
  const imports: Import[] = [];
  const add = (node: Node, source: unknown, typeOnly: boolean) => {
    if (!source) return;
    const from = String((source as Node).value ?? "?");
    const local = from.startsWith(".");
    const names = ((node.specifiers ?? []) as Node[]).map(({ imported, local }) => nameOf(imported ?? local));
    imports.push({ from: local ? resolve(path, from) : from, local, typeOnly, names });
  };
  walk(program, (node) => {
    // With verbatimModuleSyntax, `import { type A }` still imports the file at run time. Only `import type` does not.
    if (node.type === "ImportDeclaration") add(node, node.source, node.importKind === "type");
    if (node.type === "ExportNamedDeclaration") add(node, node.source, node.exportKind === "type");
    if (node.type === "ExportAllDeclaration") add(node, node.source, node.exportKind === "type");
    if (node.type === "ImportExpression") add(node, node.source, false);
    if (node.type === "TSImportType") add(node, node.source, true);
    if (node.type === "TSExternalModuleReference") add(node, node.expression, false);
  });
  return imports;
}

function resolve(path: string, from: string): string {
  const steps = path.split("/").slice(0, -1);
  for (const step of from.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return steps.join("/");
}

/** Whether the file exports a name that another file declares, directly or after importing it. */
export function reexports({ program }: Module): boolean {
  const body = program.body as Node[];
  const imported = new Set(
    body
      .filter((node) => node.type === "ImportDeclaration")
      .flatMap((node) => (node.specifiers as Node[]).map((specifier) => nameOf(specifier.local))),
  );
  return body.some(
    (node) =>
      node.type === "ExportAllDeclaration" ||
      (node.type === "ExportNamedDeclaration" &&
        (node.source || (node.specifiers as Node[]).some((specifier) => imported.has(nameOf(specifier.local))))),
  );
}

/** Finds the exported functions, with middleware, and classes of a file. */
export function exported({ program, text }: Module): Exported[] {
  const body = program.body as Node[];
  const listed = new Set(
    body
      .filter((node) => node.type === "ExportNamedDeclaration" && !node.source)
      .flatMap((node) => (node.specifiers as Node[]).map((specifier) => nameOf(specifier.local))),
  );
  const found = new Map<string, Exported>();
  body.forEach((statement, index) => {
    const isExport = /^Export(Named|Default)Declaration$/.test(statement.type);
    const declaration = isExport ? (statement.declaration as Node | null) : statement;
    if (!declaration) return;
    const above = text.slice(body[index - 1]?.end ?? 0, statement.start);
    const docstring = /\/\*\*[\s\S]*\*\/(?:\s*\/\/.*)*\s*$/.test(above);
    for (const { name, kind, params } of functionsOf(declaration)) {
      if (!isExport && !listed.has(name)) continue;
      // An overloaded function has its docstring above the first signature.
      if (!found.has(name)) found.set(name, { name, kind, params, docstring });
    }
  });
  return [...found.values()];
}

const FUNCTION = /^(?:FunctionDeclaration|TSDeclareFunction|FunctionExpression|ArrowFunctionExpression)$/;

function functionsOf(declaration: Node): Omit<Exported, "docstring">[] {
  if (declaration.type === "ClassDeclaration") return [{ name: nameOf(declaration.id), kind: "class", params: [] }];
  if (FUNCTION.test(declaration.type)) {
    return [{ name: nameOf(declaration.id), kind: "function", params: declaration.params as Node[] }];
  }
  if (declaration.type !== "VariableDeclaration") return [];
  return (declaration.declarations as Node[]).flatMap(({ id, init }) => {
    const value = bare(init as Node | null);
    if (!value) return [];
    if (FUNCTION.test(value.type)) return [{ name: nameOf(id), kind: "function", params: value.params as Node[] }];
    // Middleware is a function that the call of createMiddleware returns.
    const isMiddleware = value.type === "CallExpression" && nameOf(value.callee) === "createMiddleware";
    return isMiddleware ? [{ name: nameOf(id), kind: "function", params: [] }] : [];
  });
}

/** Removes `as`, `satisfies` and `!` around an expression. */
function bare(node: Node | null): Node | null {
  const wrapped = node && /^TS(?:As|Satisfies|NonNull)Expression$/.test(node.type);
  return wrapped ? bare(node.expression as Node) : node;
}

/** Returns the name of an identifier; "" for any other node. */
export const nameOf = (node: unknown): string => (isNode(node) ? String(node.name ?? "") : "");
