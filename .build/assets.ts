/** Builds what Cloudflare serves without calling the Worker: the manual, the style sheets and the pictures. */
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Files, hashedPath, writeFiles } from "./files.ts";
import { buildManual } from "./manual/manual.ts";

const ROOT = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/**
 * Headers of the files; the Worker sets those of its own answers. Pages are checked with their `ETag` at each use, which
 * is Cloudflare's default. A file under `static/` has the digest of what it holds in its name, so it never changes.
 */
const HEADERS = `/*
  Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
  Cross-Origin-Resource-Policy: same-origin
  Referrer-Policy: no-referrer
  X-Content-Type-Options: nosniff
/static/*
  Cache-Control: public, max-age=31536000, immutable
`;

/** Builds the files of `.assets`, which `wrangler.toml` names. Returns whether any changed, and the problems of the manual. */
export async function buildAssets(): Promise<{ changed: boolean; problems: string[] }> {
  const look = read("src/dashboard/look.css");
  const style = `${look}\n${read(".build/manual/manual.css")}`;
  const stylePath = hashedPath("manual.css", style);
  const { files: pages, problems } = await buildManual(join(ROOT, "src/docs"), `/${stylePath}`);
  const files: Files = new Map([
    ...pages,
    [stylePath, style],
    // The Worker's pages cannot know a digest, so these keep their names.
    ["look.css", look],
    ["icon.svg", read("src/dashboard/icon.svg")],
    ["staircase.svg", read("src/dashboard/staircase.svg")],
    ["_headers", HEADERS],
  ]);
  const temporary = join(ROOT, ".wrangler");
  mkdirSync(temporary, { recursive: true });
  return { changed: writeFiles(join(ROOT, ".assets"), files, temporary), problems };
}
