import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";

/** Paths under a directory, such as `docs/keys.html`, and what the files hold. */
export type Files = Map<string, string | Buffer>;

/** Names a file after what it holds, so that browsers may keep it for ever: `static/manual.0123456789.css`. */
export function hashedPath(path: string, content: string | Buffer): string {
  const { name, ext } = parse(path);
  return `static/${name}.${createHash("sha256").update(content).digest("hex").slice(0, 10)}${ext}`;
}

/**
 * Makes a directory hold these files and no others. Touches only what differs: a running `wrangler dev` reloads at each
 * change. Files are put in place whole, because other processes may read them or build the same ones meanwhile;
 * `temporary` is an existing directory on the same disk. Returns whether anything differed.
 */
export function writeFiles(directory: string, files: Files, temporary: string): boolean {
  mkdirSync(directory, { recursive: true });
  const present = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const wanted = new Map([...files].map(([path, content]) => [join(directory, path), Buffer.from(content)]));
  const stale = present.filter((path) => !wanted.has(path));
  const changed = [...wanted].filter(
    ([path, content]) => !present.includes(path) || !readFileSync(path).equals(content),
  );
  for (const path of stale) rmSync(path, { force: true });
  if (changed.length > 0) {
    const staging = mkdtempSync(join(temporary, "assets-"));
    changed.forEach(([path, content], index) => {
      mkdirSync(dirname(path), { recursive: true });
      const staged = join(staging, String(index));
      writeFileSync(staged, content);
      renameSync(staged, path);
    });
    rmSync(staging, { recursive: true });
  }
  return stale.length + changed.length > 0;
}
