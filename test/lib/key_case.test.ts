import { expect, test } from "vitest";
import { camelCaseKeys, snakeCaseKeys } from "../../src/lib/key_case.ts";

test("Keys are renamed from one case to the other and back, and nested objects stay as they are", () => {
  const snake = { name: "Beta", time_zone: "UTC", old_key_expires_at: null, status_classes: { be_back: true } };
  const camel = { name: "Beta", timeZone: "UTC", oldKeyExpiresAt: null, statusClasses: { be_back: true } };
  expect(camelCaseKeys(snake)).toEqual(camel);
  expect(snakeCaseKeys(camel)).toEqual(snake);
});
