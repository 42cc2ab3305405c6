/**
 * The domain: folders of verbs, rules and tables that know no wire, in the order in which they build on one another. A slice
 * imports only earlier ones. `src/docs/architecture.md` shows this line.
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

/** The surfaces: folders that translate between a wire and the verbs of the domain. None imports another. */
export const SURFACES = [
  "api/stats_aware",
  "api/stats_notifier",
  "api/status_hero",
  "api/rollcall",
  "dashboard",
  "openapi",
] as const;

/** What later slices and surfaces may import of a slice: its object is its own. */
export const OPEN_ROLES: readonly Role[] = ["service", "store", "stub", "value", "pure", "actor", "guard"];

/** A file named one of these, alone or after its last underscore, has that role; any other file of a slice is pure. */
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

/** Roles that only the domain has, and roles that only surfaces have. */
export const DOMAIN_ROLES: readonly Role[] = ["service", "store", "value", "object", "stub", "job", "actor"];
export const SURFACE_ROLES: readonly Role[] = ["routes", "schema", "body", "contract", "page"];

/** The role a file has by its place. `index`, `app` and `cron` are the three files under src/ itself. */
export const ROLES_BY_PLACE = ["index", "app", "cron", "client", "tables", "triggers", "actor", "lib", "http"] as const;

export type Role = (typeof ROLES_BY_NAME)[number] | (typeof ROLES_BY_PLACE)[number] | "pure";

type Allowance = {
  /** Roles whose values and types may be imported. */
  imports: readonly Role[];
  /** Roles of which only types may be imported, so that nothing is left at run time. */
  types?: readonly Role[];
  /** Packages; `hono` includes its subpaths, `hono/jsx` is itself alone. */
  packages?: readonly string[];
  typePackages?: readonly string[];
};

/** Which role may import what. What is not listed is forbidden. `.github/STYLE.md` explains each role. */
export const TABLE: Record<Role, Allowance> = {
  // The entry: the fetch handler, the scheduled handler and the class of the object.
  index: { imports: ["app", "cron", "object"] },
  // Mounts the surfaces, and the middleware that every request passes.
  app: { imports: ["routes", "http"], packages: ["hono"] },
  // Maps a cron expression to jobs, and runs them on every database.
  cron: { imports: ["job", "client"], types: ["actor"] },

  lib: { imports: ["lib"] },
  pure: { imports: ["pure", "lib"], types: ["actor"] },

  tables: { imports: ["tables"], packages: ["drizzle-orm"] },
  client: { imports: ["tables"], packages: ["drizzle-orm"] },
  triggers: { imports: [] },
  // Who is asking, and what a verb works with: types alone.
  actor: { imports: [], types: ["tables", "client"] },

  // zod's types only: http names the shape of a schema that it is given, and declares none but those of http/schema.ts.
  http: {
    imports: ["http", "lib"],
    types: ["client", "actor"],
    packages: ["hono", "@hono/zod-validator", "negotiator"],
    typePackages: ["zod"],
  },

  // What a value may be (a name, a zone, work days): declared once, for services and every surface.
  value: { imports: ["value", "pure", "lib"], packages: ["zod"] },
  // Every query. Another store's statements where both must hold together in one batch.
  store: { imports: ["store", "tables", "client", "pure", "lib"], types: ["actor"], packages: ["drizzle-orm"] },
  // A use case, one named verb each: the only place where stores, stubs and rules are combined and rights are checked.
  service: { imports: ["service", "store", "stub", "value", "pure", "lib"], types: ["client", "actor"] },
  // An object wakes without a request, so it opens its account's database itself. It may be in parts.
  object: { imports: ["object", "store", "pure", "lib", "client"], packages: ["cloudflare:workers"] },
  // Typed calls to an object need its class, as a type.
  stub: { imports: ["lib"], types: ["object", "pure", "actor"] },
  // What cron runs.
  job: { imports: ["service", "pure", "lib"], types: ["client", "actor"] },
  // Middleware: who is calling.
  guard: { imports: ["http", "lib", "store", "client"], types: ["actor"], packages: ["hono"] },

  // The wire, requests and answers, never derived from tables.
  schema: { imports: ["schema", "value", "pure", "lib"], packages: ["zod"] },
  // What the domain returns, as the wire shows it.
  body: { imports: ["body", "pure", "lib"], types: ["service", "store", "actor"] },
  contract: { imports: ["schema", "value"], packages: ["zod"] },
  // Parse, call one verb, map. Routes may have child routes.
  routes: {
    imports: ["schema", "body", "service", "guard", "page", "pure", "http", "lib", "routes"],
    types: ["actor"],
    packages: ["hono"],
  },
  page: { imports: ["page", "pure", "lib"], packages: ["hono/jsx"] },
};

/** The roles that open a database; all others are given one. */
export const OPENS_DATABASE: readonly (Role | null)[] = ["cron", "object", "guard"];

/** Packages that one file wraps, so that they can be replaced in one place. */
export const WRAPPED_PACKAGES: Record<string, string> = {
  "src/lib/time_zone.ts": "temporal-polyfill",
  "src/lib/csv.ts": "papaparse",
  "src/lib/html.ts": "sanitize-html",
  "src/lib/webhook.ts": "standardwebhooks",
  "src/lib/values.ts": "zod",
};

/** Names that do not say what is inside. */
export const EMPTY_NAMES = ["utils", "helpers", "common", "misc", "types"] as const;

/** The files that may export what another file declares: the tables as one namespace, and the Worker's entry. */
export const BARRELS = ["src/db/schema/index.ts", "src/index.ts"];

/** The most lines of a file. */
export const MAX_LINES = 300;

/** The visible entries of the repository; files that start with a dot are free. */
export const TOP_LEVEL =
  "package.json package-lock.json tsconfig.json wrangler.toml migrations src test README.md LICENSE".split(" ");
