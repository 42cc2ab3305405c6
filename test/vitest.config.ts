import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { outside } from "./support/outside.ts";

const root = resolve(import.meta.dirname, "..");

/**
 * The tests that run in Node, because they start servers or read files. All others run in workerd, with D1 and objects.
 */
const inNode = [
  "test/{arch,dev,docs,journeys,ops}/**/*.test.ts",
  "test/faults/server/**/*.test.ts",
  "test/db/triggers.test.ts",
  "test/metrics/prometheus.long.test.ts",
];

/** The tests to run: `all`, only the `long` ones (`*.long.test.ts`), or all others (`short`). */
const lane = process.env.LANE ?? "short";
const outsideLane = lane === "all" ? [] : [lane === "long" ? "test/**/!(*.long).test.ts" : "test/**/*.long.test.ts"];

export default defineConfig({
  root,
  test: {
    // Each worker is a runtime with its own database. The default leaves one of two cores idle.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        root,
        // The same alias as in wrangler.toml, from which the test runner does not read it.
        resolve: { alias: { postcss: resolve(root, "src/lib/no_postcss.ts") } },
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              // A database that never gets tables.
              d1Databases: { EMPTY: "empty" },
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations("migrations"),
                SETUP_TOKEN: "setup-token-for-tests-0000000000000",
                WEBHOOK_SIGNING_KEY: "signing-key-for-tests-000000000000",
              },
              outboundService: outside,
              // Limits that no suite reaches. The test of the limits uses SMALL_LIMIT instead.
              ratelimits: {
                TEAM_KEY_LIMIT: { namespace_id: "1", simple: { limit: 100_000, period: 60 } },
                INTEGRATION_KEY_LIMIT: { namespace_id: "2", simple: { limit: 100_000, period: 60 } },
                GUESS_LIMIT: { namespace_id: "4", simple: { limit: 100_000, period: 60 } },
                SMALL_LIMIT: { namespace_id: "3", simple: { limit: 2, period: 60 } },
              },
            },
          })),
        ],
        test: {
          name: "worker",
          // The scale of test/faults. The Worker gets no other variable of the environment.
          env: { FAULTS: process.env.FAULTS ?? "" },
          // Suites create their own teams and undo their faults, so they can share a runtime and its migrated database.
          isolate: false,
          // CI machines may be busy, and some suites read or fill whole tables.
          testTimeout: 30_000,
          hookTimeout: 30_000,
          include: ["test/**/*.test.ts"],
          exclude: [...inNode, ...outsideLane],
          setupFiles: ["test/support/migrate.ts"],
          // These CommonJS packages are bundled, as wrangler does. Without that, workerd cannot load one that requires
          // an ES module, and the runner reports missing sources of source maps for the other.
          deps: { optimizer: { ssr: { enabled: true, include: ["sanitize-html", "standardwebhooks"] } } },
        },
      },
      {
        extends: true,
        root,
        test: {
          name: "node",
          include: inNode,
          exclude: outsideLane,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
