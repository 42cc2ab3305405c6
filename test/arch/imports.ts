import type { Import, Module } from "./module.ts";
import { reexports } from "./module.ts";
import {
  BARRELS,
  DOMAIN_ROLES,
  OPEN_ROLES,
  OPENS_DATABASE,
  SLICES,
  SURFACE_ROLES,
  SURFACES,
  TABLE,
  WRAPPED_PACKAGES,
} from "./rules.ts";

/** Folders of src/ that every slice may stand on, as far as the table of roles allows. */
const SHARED = ["", "lib", "db", "http"];

type Modules = ReadonlyMap<string, Module>;

/** Files that have no place in the house, or a role that their storey does not have. */
export function misplaced(modules: Modules): string[] {
  return [...modules.values()].flatMap(({ path, role, area }) => {
    if (!SHARED.includes(area) && !isSlice(area) && !isSurface(area))
      return [`${path}: src/${area} is no slice or surface`];
    if (!role) return [`${path}: no role has this name`];
    const foreign = isSlice(area) ? SURFACE_ROLES : isSurface(area) ? DOMAIN_ROLES : [];
    return foreign.includes(role) ? [`${path}: ${role} does not belong in src/${area}`] : [];
  });
}

/** Imports that a file's role does not allow, and imports of what is no file of src/. */
export function wrongArrows(modules: Modules): string[] {
  return eachImport(modules, (module, { from, typeOnly }) => {
    const target = modules.get(from);
    if (!target) return `imports ${from}, which is no file of src/`;
    if (!module.role || !target.role) return null;
    const { imports, types = [] } = TABLE[module.role];
    if (imports.includes(target.role) || (typeOnly && types.includes(target.role))) return null;
    return `${module.role} must not import ${typeOnly ? "types of " : ""}${target.role} (${from})`;
  });
}

/** Imports of a later slice, of a surface, and of what a slice keeps to itself. */
export function wrongSlices(modules: Modules): string[] {
  return eachImport(modules, (module, { from }) => {
    const target = modules.get(from);
    if (!target || target.area === module.area || module.area === "") return null;
    if (isSurface(target.area)) return `${module.area} must not import the surface ${target.area}`;
    if (!isSlice(target.area)) return null;
    // Requests carry who is asking.
    if (target.role === "actor" && (module.area === "http" || isSlice(module.area))) return null;
    if (!isSlice(module.area) && !isSurface(module.area)) return `${module.area} must not import a slice (${from})`;
    if (isSlice(module.area) && SLICES.indexOf(target.area) > SLICES.indexOf(module.area)) {
      return `${target.area} comes after ${module.area}`;
    }
    return target.role && OPEN_ROLES.includes(target.role) ? null : `${from} is not open to other folders`;
  });
}

const OPENERS = ["database", "databaseOf", "databases", "directoryDatabase"];

/** Files that open a database though they should be given one. */
export const openers = (modules: Modules): string[] =>
  eachImport(modules, ({ role }, { from, names }) =>
    from === "src/db/client.ts" && names.some((name) => OPENERS.includes(name)) && !OPENS_DATABASE.includes(role)
      ? `${role} must not open the database`
      : null,
  );

/** Imports of packages that a file's role does not allow. */
export function wrongPackages(modules: Modules): string[] {
  return [...modules.values()].flatMap(({ path, role, imports }) =>
    imports
      .filter(({ local }) => !local)
      .filter(({ from, typeOnly }) => {
        const { packages = [], typePackages = [] } = role ? TABLE[role] : {};
        const allowed = [...packages, ...(typeOnly ? typePackages : []), WRAPPED_PACKAGES[path]];
        return !allowed.some((name) => name === from || (name !== undefined && from.startsWith(`${name}/`)));
      })
      .map(({ from }) => `${path}: ${role} must not import package ${from}`),
  );
}

/** The packages that src/ needs installed; `cloudflare:workers` and its like come with the runtime. */
export const packagesOf = (modules: Modules): string[] => {
  const names = [...modules.values()].flatMap(({ imports }) =>
    imports.filter(({ local }) => !local).map(({ from }) => from),
  );
  const installed = names.filter((name) => !name.includes(":"));
  return [...new Set(installed.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0]))].sort();
};

/** Files that export what another declares: every name has one home. */
export const barrels = (modules: Modules): string[] =>
  [...modules.values()].filter((module) => !BARRELS.includes(module.path) && reexports(module)).map(({ path }) => path);

/** Files that import themselves by way of others, each cycle once, as `a > b > a`. Types count: they tie files together too. */
export function cycles(modules: Modules): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
    if (done.has(path) || trail.includes(path)) return;
    trail.push(path);
    for (const { from } of modules.get(path)?.imports ?? []) if (modules.has(from)) visit(from);
    trail.pop();
    done.add(path);
  };
  for (const path of modules.keys()) visit(path);
  return found;
}

const isSurface = (area: string): area is (typeof SURFACES)[number] => (SURFACES as readonly string[]).includes(area);

const isSlice = (area: string): area is (typeof SLICES)[number] => (SLICES as readonly string[]).includes(area);

function eachImport(modules: Modules, judge: (module: Module, imported: Import) => string | null): string[] {
  return [...modules.values()].flatMap((module) =>
    module.imports
      .filter(({ local }) => local)
      .flatMap((imported) => judge(module, imported) ?? [])
      .map((problem) => `${module.path}: ${problem}`),
  );
}
