import { resolve } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { outside } from "./support/outside.ts";

const root = resolve(import.meta.dirname, "..");

/** Tests of the Worker run inside workerd, with real D1 and objects; those that start servers or read files, in Node. */
const inNode = [
  "test/{arch,dev,docs,journeys,ops}/**/*.test.ts",
  "test/faults/server/**/*.test.ts",
  "test/db/triggers.test.ts",
];

export default defineConfig({
  root,
  test: {
    // Each worker is a runtime with its own database; the default leaves one of two cores idle.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        root,
        // As in wrangler.toml, which the runner does not ask for it.
        resolve: { alias: { postcss: resolve(root, "src/lib/no_postcss.ts") } },
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              // Stays without tables.
              d1Databases: { EMPTY: "empty" },
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations("migrations"),
                SETUP_TOKEN: "setup-token-for-tests-0000000000000",
                WEBHOOK_SIGNING_KEY: "signing-key-for-tests-000000000000",
              },
              outboundService: outside,
              // A suite may ask as often as it likes; the test of the limits puts SMALL_LIMIT in their place.
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
          // How long the faults of test/faults go on: nothing else of the machine's environment reaches a Worker.
          env: { FAULTS: process.env.FAULTS ?? "" },
          // Suites mint their own teams and put back what they break, so they can share a runtime, a database and its migrations.
          isolate: false,
          // Machines that run CI are not always quiet, and some suites read or fill whole tables.
          testTimeout: 30_000,
          include: ["test/**/*.test.ts"],
          exclude: inNode,
          setupFiles: ["test/support/migrate.ts"],
          // CommonJS packages, bundled as wrangler does for the Worker: workerd takes none unbundled that requires an ES module,
          // and of others the runner misses the sources that their maps name.
          deps: { optimizer: { ssr: { enabled: true, include: ["sanitize-html", "standardwebhooks"] } } },
        },
      },
      { extends: true, root, test: { name: "node", include: inNode, testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
