import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pathText } from "../../src/http/errors.ts";
import { expectError, expectRefusal } from "../support/error.ts";
import { MATRIX } from "./matrix.ts";
import { at, fields, objects, ofOtherTypes, type Path, texts, withMember, withValue, written } from "./mutation.ts";
import { ask, credentials, fullest, rotated } from "./request.ts";
import { stored } from "./stored_rows.ts";
import { absentNames, mintWorld, type World } from "./world.ts";

const ROWS = Object.entries(MATRIX).filter(([, row]) => fullest(row, absentNames()).body);

describe.each(ROWS)("the body of %s", (route, row) => {
  let world: World;
  let headers: Record<string, string>;
  let body: unknown;
  let before: unknown;

  const sample = () => fullest(row, world.names);
  const send = async (raw?: string | Uint8Array) => {
    const { body: _, ...rest } = sample();
    const response = await ask(route, rest, { headers, ...(raw !== undefined && { raw }) });
    headers = await rotated(row, response, headers);
    return response;
  };

  beforeAll(async () => {
    world = await mintWorld();
    headers = credentials(row.accepts, world)[0]!;
    body = sample().body;
    before = await stored(world);
  });

  const isSpared = (path: Path) => path.length > 1 && path[0] === row.spares;

  /** Checks that the field at a path was refused; where items are refused one by one, only its item must be. */
  async function expectAtFault(response: Response, path: Path, what: string) {
    if (!isSpared(path)) {
      const { issues, error } = await expectError(response, 400, "bad_request");
      const named = issues!.map((issue) => issue.path);
      const field = pathText(path);
      const rest = (name: string) => name.slice(field.length);
      expect(named, what).toContainEqual(
        expect.toSatisfy((name: string) => name.startsWith(field) && /^(?:$|[.[])/.test(field && rest(name))),
      );
      expect(error).toContain(issues![0]!.path);
      return;
    }
    const answer = await response.json<{ processed: object; failures: Record<string, unknown>[] }>();
    expect(answer, what).toMatchObject({ success: true, failures: [{ index: path[1] }] });
    if ("errors" in answer.processed) expect(answer.processed.errors, what).toBe(1);
    expect(answer.failures[0]!.message, what).toContain(pathText(path.slice(2)));
  }

  describe("invalid input, of which nothing is stored", () => {
    test("A body that is not JSON is refused", async () => {
      const text = JSON.stringify(body);
      for (const raw of ["", " ", "{", text.slice(0, -1), `${text}x`, `${text},`, "NaN", "{'a':1}", '{"a":1,}', "\0"]) {
        const { issues } = await expectError(await send(raw), 400, "bad_request");
        expect(issues, raw).toEqual([{ path: "", message: "The body is not JSON" }]);
      }
    });

    test("A body that is not UTF-8 is refused", async () => {
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      const utf16 = new Uint8Array(Uint16Array.from(JSON.stringify(body), (char) => char.charCodeAt(0)).buffer);
      const invalid = [0xff, 0xc0, 0x80].map((byte) => bytes.with(bytes.indexOf(0x22) + 1, byte));
      for (const raw of [...invalid, Uint8Array.of(0xff, 0xfe, ...utf16)]) {
        const { issues } = await expectError(await send(raw), 400, "bad_request");
        expect(issues).toEqual([{ path: "", message: "The body is not UTF-8" }]);
      }
    });

    test("A body that is JSON but not an object is refused", async () => {
      for (const raw of ["null", "true", "42", '"x"', "[]", "[{}]"]) {
        const { issues } = await expectError(await send(raw), 400, "bad_request");
        expect(issues!.map(({ path }) => path)).toEqual([""]);
      }
    });

    test("A field of another type is refused", async () => {
      for (const path of fields(body)) {
        for (const value of ofOtherTypes(at(body, path))) {
          const raw = JSON.stringify(withValue(body, path, value));
          await expectAtFault(await send(raw), path, raw);
        }
      }
    });

    test("A duplicate key is refused", async () => {
      for (const path of objects(body)) {
        const [key] = [...Object.keys(at(body, path) as object), "unknown"];
        const [member, again] = [`${JSON.stringify(key)}:1`, `${JSON.stringify(key)}:2`];
        const raw = withMember(body, path, key === "unknown" ? `${member},${again}` : again);
        await expectAtFault(await send(raw), [...path, key!], raw);
      }
    });

    test("A text with a NUL or half a surrogate pair is refused", async () => {
      for (const hidden of ["\\ud800", "x\\udc00y", "\\udc00\\ud800", "\\u0000", "x\\u0000y"]) {
        for (const path of texts(body)) {
          const raw = written(body, path, `"${hidden}"`);
          await expectAtFault(await send(raw), path, raw);
        }
        for (const path of objects(body)) {
          const raw = withMember(body, path, `"${hidden}":1`);
          await expectAtFault(await send(raw), path, raw);
        }
      }
    });

    test("Details that are too long are refused", async () => {
      for (const path of fields(body).filter((one) => one.at(-1) === "details")) {
        const raw = JSON.stringify(withValue(body, path, { text: "\u00e9".repeat(8_192) }));
        await expectAtFault(await send(raw), path, "huge");
      }
    });

    test("A body with 100,000 levels of nesting is refused", async () => {
      const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
      const endless = [deep("[", "]"), `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`];
      for (const raw of endless) {
        await expectError(await send(raw), 400, "bad_request");
        for (const path of objects(body)) {
          await expectAtFault(await send(withMember(body, path, `"unknown":${raw}`)), path, "nested");
        }
      }
      await expectError(await send("[".repeat(100_000)), 400, "bad_request");
    });

    afterAll(async () => {
      expect(await stored(world)).toEqual(before);
      const response = await send(JSON.stringify(body));
      expect([200, 201], await response.text()).toContain(response.status);
    });
  });

  /** Checks that a request was accepted, refused at a path, or refused as a conflict with an earlier request. */
  async function expectTakenOrNamed(response: Response, path: Path, what: string) {
    const { failures } = await response.clone().json<{ failures?: unknown[] }>();
    if (response.status === 409) await expectRefusal(response);
    else if (!response.ok || failures) await expectAtFault(response, path, what);
  }

  describe("missing and unknown fields", () => {
    test.each([
      ["null", "null"],
      ["left out", undefined],
    ])("A body with a field that is %s is accepted, or refused with the path of the field", async (_, json) => {
      for (const path of fields(body)) {
        const raw = json ? written(body, path, json) : JSON.stringify(withValue(body, path, undefined));
        await expectTakenOrNamed(await send(raw), path, raw);
      }
    });

    test("A body that is left out or empty is accepted, or refused with the path of a field", async () => {
      await expectTakenOrNamed(await send(), [], "nothing");
      await expectTakenOrNamed(await send("{}"), [], "{}");
    });

    test("An unknown field is accepted or refused by name, even `__proto__`", async () => {
      for (const key of ["unknown", "__proto__", "constructor", "toString", "", "x".repeat(100_000)]) {
        for (const path of objects(body)) {
          const raw = withMember(body, path, `${JSON.stringify(key)}:{"polluted":true}`);
          await expectTakenOrNamed(await send(raw), path, key.slice(0, 20));
        }
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });
  });
});
