/**
 * The slices of the domain: folders of verbs, rules and tables without any transport, in their order. A slice imports
 * only earlier slices. `src/docs/architecture.md` shows this order.
 */
export const SLICES = [
  "auth",
  "people",
  "integrations",
  "presence",
  "events",
  "timeline",
  "checkins",
  "members",
  "teams",
  "accounts",
  "statistics",
  "subscriptions",
  "retention",
  "metrics",
  "privacy",
] as const;

/**
 * The surfaces: folders that translate between an API and the verbs of the domain. A surface imports no other surface.
 */
export const SURFACES = [
  "api/stats_aware",
  "api/stats_notifier",
  "api/status_hero",
  "api/rollcall",
  "dashboard",
  "openapi",
] as const;

/** The roles of a slice that later slices and surfaces may import. Its object is private. */
export const OPEN_ROLES: readonly Role[] = ["service", "store", "stub", "value", "pure", "actor", "guard"];

/** Roles by the file name, or by its last word after an underscore. Any other file of a slice is pure. */
export const ROLES_BY_NAME = [
  "routes",
  "schema",
  "body",
  "contract",
  "service",
  "store",
  "value",
  "object",
  "stub",
  "job",
  "guard",
  "page",
] as const;

/** Roles that exist only in the domain, and roles that exist only in surfaces. */
export const DOMAIN_ROLES: readonly Role[] = ["service", "store", "value", "object", "stub", "job", "actor"];
export const SURFACE_ROLES: readonly Role[] = ["routes", "schema", "body", "contract", "page"];

/** Roles by the folder. `index`, `app` and `cron` are the three files in src/ itself. */
export const ROLES_BY_PLACE = ["index", "app", "cron", "client", "tables", "triggers", "actor", "lib", "http"] as const;

export type Role = (typeof ROLES_BY_NAME)[number] | (typeof ROLES_BY_PLACE)[number] | "pure";

type Allowance = {
  /** Roles whose values and types may be imported. */
  imports: readonly Role[];
  /** Roles of which only types may be imported. Such an import does not exist at run time. */
  types?: readonly Role[];
  /** Packages that may be imported. `hono` includes its subpaths, and `hono/jsx` is only that subpath. */
  packages?: readonly string[];
  typePackages?: readonly string[];
};

/** The imports that each role may have. All others are forbidden. `.github/STYLE.md` explains each role. */
export const TABLE: Record<Role, Allowance> = {
  // The entry: the fetch handler, the scheduled handler and the class of the object.
  index: { imports: ["app", "cron", "object"] },
  // Mounts the surfaces, and the middleware of every request.
  app: { imports: ["routes", "http"], packages: ["hono"] },
  // Maps a cron expression to jobs, and runs them on every database.
  cron: { imports: ["job", "client"], types: ["actor"] },

  lib: { imports: ["lib"] },
  pure: { imports: ["pure", "lib"], types: ["actor"] },

  tables: { imports: ["tables"], packages: ["drizzle-orm"] },
  client: { imports: ["tables"], packages: ["drizzle-orm"] },
  triggers: { imports: [] },
  // The types of the caller and of the context of a verb.
  actor: { imports: [], types: ["tables", "client"] },

  // http uses only the types of zod, for schemas that it gets as arguments. Its own schemas are in http/schema.ts.
  http: {
    imports: ["http", "lib"],
    types: ["client", "actor"],
    packages: ["hono", "@hono/zod-validator", "negotiator"],
    typePackages: ["zod"],
  },

  // The valid values of a name, a time zone or work days, declared once for services and all surfaces.
  value: { imports: ["value", "pure", "lib"], packages: ["zod"] },
  // All queries. A store may import the statements of another store that must run in the same batch.
  store: { imports: ["store", "tables", "client", "pure", "lib"], types: ["actor"], packages: ["drizzle-orm"] },
  // Use cases, one verb each. Only services combine stores, stubs and rules, and check rights.
  service: { imports: ["service", "store", "stub", "value", "pure", "lib"], types: ["client", "actor"] },
  // An object can wake without a request, so it opens the database of its account. It may have several files.
  object: { imports: ["object", "store", "pure", "lib", "client"], packages: ["cloudflare:workers"] },
  // Typed calls to an object need the type of its class.
  stub: { imports: ["lib"], types: ["object", "pure", "actor"] },
  // Runs from cron.
  job: { imports: ["service", "pure", "lib"], types: ["client", "actor"] },
  // Middleware that authenticates the caller.
  guard: { imports: ["http", "lib", "store", "client"], types: ["actor"], packages: ["hono"] },

  // Requests and answers of an API, never derived from tables.
  schema: { imports: ["schema", "value", "pure", "lib"], packages: ["zod"] },
  // Converts results of the domain to the answers of an API.
  body: { imports: ["body", "pure", "lib"], types: ["service", "store", "actor"] },
  contract: { imports: ["schema", "value"], packages: ["zod"] },
  // Parses a request, calls one verb and maps the result. Routes may have child routes.
  routes: {
    imports: ["schema", "body", "service", "guard", "page", "pure", "http", "lib", "routes"],
    types: ["actor"],
    packages: ["hono"],
  },
  page: { imports: ["page", "pure", "lib"], packages: ["hono/jsx"] },
};

/** The roles that open a database. All others get it as an argument. */
export const OPENS_DATABASE: readonly (Role | null)[] = ["cron", "object", "guard"];

/** Packages that one file wraps, so that they can be replaced in one place. */
export const WRAPPED_PACKAGES: Record<string, string> = {
  "src/lib/time_zone.ts": "temporal-polyfill",
  "src/lib/csv.ts": "papaparse",
  "src/lib/html.ts": "sanitize-html",
  "src/lib/webhook.ts": "standardwebhooks",
  "src/lib/values.ts": "zod",
};

/** Words without meaning in names of files and folders. */
export const EMPTY_NAMES = ["utils", "helpers", "common", "misc", "types"] as const;

/** The files that may export declarations of other files: the schema with all tables, and the entry of the Worker. */
export const BARRELS = ["src/db/schema/index.ts", "src/index.ts"];

/** The most lines of a file. */
export const MAX_LINES = 300;

/** The allowed entries of the top level. Dotfiles are always allowed. */
export const TOP_LEVEL =
  "package.json package-lock.json tsconfig.json wrangler.toml migrations src test README.md LICENSE".split(" ");
