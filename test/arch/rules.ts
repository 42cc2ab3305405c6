/** Slices in the order in which they build on one another: a slice imports only earlier ones. The README shows this line. */
export const SLICES = [
  "auth",
  "people",
  "integrations",
  "setup",
  "presence",
  "events",
  "timeline",
  // Still to come, or not yet whole.
  "checkins",
  "notifications",
  "retention",
  "metrics",
  "privacy",
  "dashboard",
] as const;

/** What a later slice may see of an earlier one; the wire, the object and the routes of a slice are its own affair. */
export const OPEN_TO_LATER_SLICES: readonly Role[] = ["store", "stub", "guard", "pure"];

/** A file in a slice named one of these, alone or after its last underscore, has that role; any other file is pure. */
export const ROLES_BY_NAME = ["routes", "schema", "store", "object", "stub", "refresh", "guard", "page"] as const;

/** The role a file has by its place outside the slices. `index`, `app` and `cron` are the three files under src/ itself. */
export const ROLES_BY_PLACE = ["index", "app", "cron", "client", "tables", "lib", "http"] as const;

export type Role = (typeof ROLES_BY_NAME)[number] | (typeof ROLES_BY_PLACE)[number] | "pure";

type Allowance = {
  /** Roles whose values and types may be imported. */
  imports: readonly Role[];
  /** Roles of which only types may be imported, which leaves nothing at run time. */
  types?: readonly Role[];
  /** Packages; `hono` stands for its subpaths too, `hono/jsx` for itself alone. */
  packages?: readonly string[];
  typePackages?: readonly string[];
};

/** Who may import what. What is not here is forbidden. */
export const TABLE: Record<Role, Allowance> = {
  // The entry: the fetch handler, the scheduled handler and the class of the object.
  index: { imports: ["app", "cron", "object"] },
  // Mounts the slices, opens the database for a request, and hangs up what every request passes through.
  app: { imports: ["routes", "http", "client"], packages: ["hono"] },
  // What a cron expression runs is a refresh; only the database has to be opened for it.
  cron: { imports: ["refresh", "client"] },

  lib: { imports: ["lib"] },
  pure: { imports: ["pure", "lib"] },

  tables: { imports: ["tables"], packages: ["drizzle-orm"] },
  client: { imports: ["tables"], packages: ["drizzle-orm"] },

  // zod's types only: http names the shape of a schema it is handed, and declares none but those of http/schema.ts.
  http: {
    imports: ["http", "lib"],
    // The type of `c.get("db")`.
    types: ["client"],
    packages: ["hono", "@hono/zod-validator", "negotiator"],
    typePackages: ["zod"],
  },
  // The wire contract, never derived from the tables. Pieces that slices share are in http/schema.ts.
  schema: { imports: ["schema", "pure", "lib"], packages: ["zod"] },
  guard: { imports: ["http", "lib", "store"], packages: ["hono"] },
  // Parse, call, map. Routes beneath a slice's own are its children.
  routes: {
    imports: ["schema", "store", "stub", "guard", "page", "pure", "http", "lib", "routes"],
    packages: ["hono"],
  },
  page: { imports: ["page", "pure", "lib"], packages: ["hono/jsx"] },

  // Another store's statements, where both must hold together in one batch.
  store: { imports: ["store", "tables", "client", "pure", "lib"], types: ["schema"], packages: ["drizzle-orm"] },
  // An object wakes without a request, so it opens the database itself. It may be in parts.
  object: { imports: ["object", "store", "pure", "lib", "client"], packages: ["cloudflare:workers"] },
  // What must happen without a request: it reads what is due, does it or wakes the object that will, and decides nothing.
  refresh: { imports: ["store", "stub", "pure", "lib"], types: ["client"] },
  // Typed calls to an object need its class, as a type.
  stub: { imports: [], types: ["object", "pure"] },
};

/** Who opens the database; everybody else is handed it. */
export const OPENS_DATABASE: readonly (Role | null)[] = ["app", "cron", "object"];

/** A package that one file wraps for everybody, so that it can be replaced in one place. */
export const WRAPPED_PACKAGES: Record<string, string> = {
  "src/lib/time_zone.ts": "temporal-polyfill",
  "src/lib/csv.ts": "papaparse",
  "src/lib/html.ts": "sanitize-html",
  "src/lib/webhook.ts": "standardwebhooks",
};

/** Names that say nothing of what is inside. */
export const EMPTY_NAMES = ["utils", "helpers", "common", "misc", "types"] as const;

/** The files that may export what another file declares: the tables as one namespace, and the Worker's entry. */
export const BARRELS = ["src/db/schema/index.ts", "src/index.ts"];

/** More than this is read in parts by whoever has to read it, and so is better several files. */
export const MAX_LINES = 300;

/** The visible entries of the repository; files that start with a dot are free. */
export const TOP_LEVEL =
  "package.json package-lock.json tsconfig.json wrangler.toml migrations src test README.md".split(" ");
