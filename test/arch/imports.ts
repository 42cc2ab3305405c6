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

/** Folders of src/ that every slice may import, if the table of roles allows it. */
const SHARED = ["", "lib", "db", "http"];

type Modules = ReadonlyMap<string, Module>;

/** Lists files in unknown folders, files without a role, and files whose role does not belong in their folder. */
export function misplaced(modules: Modules): string[] {
  return [...modules.values()].flatMap(({ path, role, area }) => {
    if (!SHARED.includes(area) && !isSlice(area) && !isSurface(area))
      return [`${path}: src/${area} is no slice or surface`];
    if (!role) return [`${path}: no role has this name`];
    const foreign = isSlice(area) ? SURFACE_ROLES : isSurface(area) ? DOMAIN_ROLES : [];
    return foreign.includes(role) ? [`${path}: ${role} does not belong in src/${area}`] : [];
  });
}

/** Lists imports that a file's role does not allow, and imports of files outside src/. */
export function wrongImports(modules: Modules): string[] {
  return eachImport(modules, (module, { from, typeOnly }) => {
    const target = modules.get(from);
    if (!target) return `imports ${from}, which is no file of src/`;
    if (!module.role || !target.role) return null;
    const { imports, types = [] } = TABLE[module.role];
    if (imports.includes(target.role) || (typeOnly && types.includes(target.role))) return null;
    return `${module.role} must not import ${typeOnly ? "types of " : ""}${target.role} (${from})`;
  });
}

/** Lists imports of a later slice, of a surface, and of the private files of a slice. */
export function wrongSlices(modules: Modules): string[] {
  return eachImport(modules, (module, { from }) => {
    const target = modules.get(from);
    if (!target || target.area === module.area || module.area === "") return null;
    if (isSurface(target.area)) return `${module.area} must not import the surface ${target.area}`;
    if (!isSlice(target.area)) return null;
    // The context of a request and every verb have an actor, so http and all slices may import it.
    if (target.role === "actor" && (module.area === "http" || isSlice(module.area))) return null;
    if (!isSlice(module.area) && !isSurface(module.area)) return `${module.area} must not import a slice (${from})`;
    if (isSlice(module.area) && SLICES.indexOf(target.area) > SLICES.indexOf(module.area)) {
      return `${target.area} comes after ${module.area}`;
    }
    return target.role && OPEN_ROLES.includes(target.role) ? null : `${from} is not open to other folders`;
  });
}

const OPENERS = ["database", "databaseOf", "databases", "directoryDatabase"];

/** Lists files that open a database, but must get it as an argument. */
export const openers = (modules: Modules): string[] =>
  eachImport(modules, ({ role }, { from, names }) =>
    from === "src/db/client.ts" && names.some((name) => OPENERS.includes(name)) && !OPENS_DATABASE.includes(role)
      ? `${role} must not open the database`
      : null,
  );

/** Lists imports of packages that a file's role does not allow. */
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

/** Lists the packages that src/ imports, without modules of the runtime such as `cloudflare:workers`. */
export const packagesOf = (modules: Modules): string[] => {
  const names = [...modules.values()].flatMap(({ imports }) =>
    imports.filter(({ local }) => !local).map(({ from }) => from),
  );
  const installed = names.filter((name) => !name.includes(":"));
  return [...new Set(installed.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)![0]))].sort();
};

/** Lists files that export names which another file declares. */
export const barrels = (modules: Modules): string[] =>
  [...modules.values()].filter((module) => !BARRELS.includes(module.path) && reexports(module)).map(({ path }) => path);

/** Lists each cycle of imports once, as `a > b > a`. Imports of types count too. */
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
