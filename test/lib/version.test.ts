import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { VERSION } from "../../src/lib/version.ts";

test("The version in the code is the version of the package", () => expect(VERSION).toBe(manifest.version));
