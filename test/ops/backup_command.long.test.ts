/** A backup of a database with awkward texts is restored into another directory. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { prepareLocalDatabase } from "../../.build/local_database.ts";
import { seedDemo } from "../demo/seed.ts";
import { directoryVersions, rowsOf, schemaOf } from "./database_file.ts";
import { failToOperate, operate } from "./operate.ts";
import { TRAPS } from "./texts.ts";

/** Each command takes seconds on a quiet machine, and minutes on a busy one. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let folder: string;
let source: string;
let copy: string;
let backup: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rollcall-backup-"));
  [source, copy, backup] = [join(folder, "source"), join(folder, "copy"), join(folder, "backup.sql")];
  await prepareLocalDatabase(source, async (db) => {
    await seedDemo(db, Date.now());
    const checkin = "SELECT id, team_id, person_id FROM checkins ORDER BY id LIMIT 1";
    await db.batch(
      TRAPS.map((text, index) =>
        db
          .prepare(`INSERT INTO comments (id, team_id, checkin_id, person_id, body, created_at)
            SELECT ?, team_id, id, person_id, ?, ? FROM (${checkin})`)
          .bind(`trap-${index}`, text, index),
      ),
    );
  });
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

test("A backup is restored into an empty database: every table, row, index and trigger is equal", async () => {
  const rows = rowsOf(source);
  expect(rows.stale_days).not.toEqual([]);
  expect(await operate("backup.ts", "--persist-to", source, backup)).toMatch(
    new RegExp(`has \\d+ rows of ${Object.keys(rows).filter((name) => name !== "sqlite_sequence").length} tables`),
  );
  expect(rowsOf(source)).toEqual(rows);
  expect(await operate("restore.ts", "--persist-to", copy, backup)).toContain(backup);
  expect(schemaOf(copy)).toEqual(schemaOf(source));
  expect(rowsOf(copy)).toEqual(rows);
  expect(Math.min(...directoryVersions(copy))).toBeGreaterThan(Math.max(...directoryVersions(source)));
});

test("After a restore, new migrations are looked for again", async () => {
  await prepareLocalDatabase(source);
  expect(await prepareLocalDatabase(source)).toBe(false);
  expect(await prepareLocalDatabase(copy)).toBe(true);
  expect(rowsOf(copy)).toEqual(rowsOf(source));
});

test("A backup is not restored over data without --replace", async () => {
  const before = rowsOf(source);
  expect(await failToOperate("restore.ts", "--persist-to", source, backup)).toMatch(
    /^Nothing was changed: .* has data in accounts, teams, .*add --replace\.$/m,
  );
  expect(rowsOf(source)).toEqual(before);
});

describe("bad arguments", () => {
  const into = () => ["--persist-to", join(folder, "untouched")];

  test("A backup that is cut off, changed, or not a backup is refused", async () => {
    const text = await readFile(backup, "utf8");
    const broken = join(folder, "broken.sql");
    await writeFile(broken, text.slice(0, text.length / 2));
    expect(await failToOperate("restore.ts", ...into(), broken)).toContain("is not complete");
    await writeFile(broken, text.replace("Emma", "Anna"));
    expect(await failToOperate("restore.ts", ...into(), broken)).toContain("was changed after the backup was made");
    await writeFile(broken, "CREATE TABLE people (id text);\n");
    expect(await failToOperate("restore.ts", ...into(), broken)).toContain("is not a backup of Rollcall");
    expect(await failToOperate("restore.ts", ...into(), join(folder, "missing.sql"))).toContain("cannot be read");
  });

  test("A backup does not overwrite a file", async () => {
    const file = join(folder, "mine.sql");
    await appendFile(file, "keep me");
    expect(await failToOperate("backup.ts", "--persist-to", source, file)).toContain("exists already");
    expect(await readFile(file, "utf8")).toBe("keep me");
  });

  test("Missing, unknown and contradicting arguments are refused", async () => {
    expect(await failToOperate("backup.ts")).toContain("Name one file");
    expect(await failToOperate("restore.ts", "--remote", ...into(), "x.sql")).toContain("not both");
    expect(await failToOperate("restore.ts", "--remot", "x.sql")).toContain("--remot");
  });
});
