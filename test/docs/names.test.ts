/** Everything that the pages name exists, and the pages name everything that they must. */
import { existsSync, readdirSync } from "node:fs";
import { posix, resolve } from "node:path";
import { inspectRoutes } from "hono/dev";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { INDEX, MANUAL, manualPage, markdownIn, PAGES, README, ROOT, read } from "./manual.ts";
import { anchors, blocks, links } from "./page.ts";

const everything = PAGES.map(({ text }) => text).join("\n");
const named = (pattern: RegExp, text = everything) => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1]!)),
];

describe("names in the pages", () => {
  test("Every file and folder that the pages name exists", () => {
    const paths = named(
      /(?<![\w/.-])((?:\.github|\.ci|\.build|\.ops|migrations|src|test)(?:\/[\w.-]+)*|[\w-]+\.toml)(?![\w<-])/g,
    );
    expect(paths.length).toBeGreaterThan(15);
    expect(paths.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
  });

  test("The manual names the only file that a deployment in the EU must change", () => {
    const sources = readdirSync(resolve(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
      /\.tsx?$/.test(path),
    );
    const finds = sources.filter((path) => read(posix.join("src", path)).includes(".getByName("));
    expect(manualPage("deploy")).toContain(
      `In \`src/${finds}\`, let the function \`objectOf\` return \`objects.jurisdiction("eu").getByName(teamId)\``,
    );
  });

  test("Every npm script that the pages name exists", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const names = named(/npm run ([\w:]+)/g);
    expect(names).toEqual(expect.arrayContaining(["dev", "check", "deploy"]));
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  test("Every route that the pages name exists", () => {
    const shown = named(/((?:GET|POST|PUT|PATCH|DELETE) \/api\/v1\/[\w/{}-]+)/g).map(withoutNames);
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((route) => !routes().includes(route))).toEqual([]);
  });

  test("Every link leads to an existing file and heading", () => {
    const broken = PAGES.flatMap(({ path, text }) =>
      links(text)
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => !leadsSomewhere(path, link))
        .map((link) => `${path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("The README names the test commands that .ci/run calls with another reporter", () => {
    const commands = blocks(README.text).flatMap(({ language, text }) => (language === "sh" ? text.split("\n") : []));
    const called = read(".ci/run").match(/^[^#\n]*\bnpm (?:run )?test\b[^|&;\n]*/gm);
    expect(called?.map((line) => line.replace(/ -- --reporter=.*/, "").trim())).toEqual([
      "npm test",
      "npm run test:long",
    ]);
    expect(commands).toEqual(expect.arrayContaining(["npm test", "npm run test:long"]));
  });

  test("The workflow calls .ci/run", () => expect(read(".github/workflows/ci.yml")).toMatch(/run: \.ci\/run$/m));

  test("Node.js has the same major version everywhere", () => {
    const major = JSON.parse(read("package.json")).devDependencies.node.split(".")[0];
    expect(read(".nvmrc").trim()).toBe(major);
    expect(read(".devcontainer/devcontainer.json")).toContain(`javascript-node:${major}`);
  });
});

describe("completeness of the pages", () => {
  test("The README is short", () => expect(README.text.trimEnd().split("\n").length).toBeLessThanOrEqual(200));

  test("The table of contents names each page of the manual once", () => {
    expect(MANUAL.map(({ path }) => path).sort()).toEqual(markdownIn("src/docs").filter((path) => path !== INDEX.path));
  });

  test("A page of the manual begins with its title and links only to pages of the manual", () => {
    for (const { path, text } of [INDEX, ...MANUAL]) {
      expect(text, path).toMatch(/^# \S/);
      const outside = links(text).filter(
        (link) => !/^(?:https?:|#)/.test(link) && !posix.join(posix.dirname(path), link).startsWith("src/docs/"),
      );
      expect(outside, path).toEqual([]);
    }
  });

  test("Every route of the API is in the manual", () => {
    const text = MANUAL.map((page) => page.text).join("\n");
    const shown = named(/((?:GET|POST|PUT|PATCH|DELETE) \/[\w/{}-]+)/g, text).map(withoutNames);
    const api = routes().filter((route) => / \/(?:api\/v1|metrics)/.test(route));
    expect(api.length).toBeGreaterThan(50);
    expect(api.filter((route) => !shown.includes(route))).toEqual([]);
  });

  test("Every binding, secret and setting is on the page about configuration", () => {
    const bindings = [...read("wrangler.toml").matchAll(/^(?:binding|name) = "([A-Z_]+)"$/gm)].map(
      (match) => match[1]!,
    );
    expect(bindings).toEqual(expect.arrayContaining(["DB", "TEAM_PRESENCE", "TEAM_KEY_LIMIT"]));
    const secrets = [...read("src/secrets.d.ts").matchAll(/^ {2}(\w+)\??: string;$/gm)].map((match) => match[1]!);
    expect(secrets).toContain("SETUP_TOKEN");
    const page = manualPage("configuration");
    expect([...bindings, ...secrets].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});

/** The routes of the app, their parameters without names. */
const routes = (): string[] => [
  ...new Set(
    inspectRoutes(app)
      .filter(({ isMiddleware }) => !isMiddleware)
      .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, "{}")}`),
  ),
];

const withoutNames = (route: string): string => route.replaceAll(/{\w+}/g, "{}");

/** Whether a relative link of a page leads to a file, and to a heading of it where the link names one. */
function leadsSomewhere(page: string, link: string): boolean {
  const [target = "", heading] = link.split("#", 2);
  const path = target === "" ? page : posix.join(posix.dirname(page), target);
  if (!existsSync(resolve(ROOT, path))) return false;
  return heading === undefined || anchors(read(path)).includes(heading);
}
