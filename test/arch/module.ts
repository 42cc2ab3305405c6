import { parseAst } from "vitest/node";
import { ROLES_BY_NAME, type Role } from "./rules.ts";

/** A node of the ESTree that vitest's own parser makes of TypeScript. */
export type Node = { type: string; start: number; end: number; [field: string]: unknown };

/** `from` is a path in the repository, or a package as written. `typeOnly`: nothing of it is left at run time. */
export type Import = { from: string; local: boolean; typeOnly: boolean; names: string[] };

/** A function or class that other files can see. `docstring` stands right above it. */
export type Exported = { name: string; kind: "function" | "class"; params: Node[]; docstring: boolean };

/** A source file as the rules see it: nothing of it is run. */
export type Module = {
  path: string;
  text: string;
  /** Null where nothing of src/ belongs. */
  role: Role | null;
  /** The folder of src/ that holds it, `api/rollcall` for one within src/api; "" for src/ itself. */
  area: string;
  program: Node;
  imports: Import[];
};

/** Reads one file of src/. */
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
  // The pieces of a wire that every surface's schemas share.
  if (area === "http") return name === "schema" ? "schema" : "http";
  const last = name.slice(name.lastIndexOf("_") + 1);
  return ROLES_BY_NAME.find((role) => role === last) ?? "pure";
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** Calls `visit` for a node and all beneath it, with the node and the field each hangs on. */
export function walk(node: Node, visit: (node: Node, parent: Node | null, field: string) => void): void {
  const go = (node: Node, parent: Node | null, field: string): void => {
    visit(node, parent, field);
    for (const [key, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) go(child, node, key);
    }
  };
  go(node, null, "");
}

/** Every way in which TypeScript can name another file. A name that is computed comes back as "?", which no rule allows. */
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
    // `import { type A }` keeps the import for its side effects (verbatimModuleSyntax): only `import type` is free.
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

/** Whether the file exports what is declared elsewhere, straight or by importing it first. */
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

/** The functions (middleware included) and classes a file exports. */
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
      // Of an overloaded function, the first signature carries the docstring.
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
    // Middleware is a function too, though a call makes it.
    const isMiddleware = value.type === "CallExpression" && nameOf(value.callee) === "createMiddleware";
    return isMiddleware ? [{ name: nameOf(id), kind: "function", params: [] }] : [];
  });
}

/** An expression without its `as`, `satisfies` and `!`. */
function bare(node: Node | null): Node | null {
  const wrapped = node && /^TS(?:As|Satisfies|NonNull)Expression$/.test(node.type);
  return wrapped ? bare(node.expression as Node) : node;
}

/** The name an identifier spells; "" for any other node. */
export const nameOf = (node: unknown): string => (isNode(node) ? String(node.name ?? "") : "");
