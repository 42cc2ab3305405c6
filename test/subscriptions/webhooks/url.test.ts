import { describe, expect, test } from "vitest";
import { ownHostProblem, readWebhookUrl } from "../../../src/subscriptions/webhooks/url.ts";
import { webhookUrl } from "../../../src/subscriptions/webhooks/value.ts";

const DEPLOYED = { allowsLocalhost: false };
const LONG = "https://example.com/";

test.each([
  ["https://example.com", "https://example.com/"],
  ["https://EXAMPLE.com/Hooks?team=1", "https://example.com/Hooks?team=1"],
  ["https://example.com:8443/hooks", "https://example.com:8443/hooks"],
  ["https://example.com:443/hooks", "https://example.com/hooks"],
  ["https://a.b.example.co.uk/%20", "https://a.b.example.co.uk/%20"],
  ["https://müller.example.com/ü", "https://xn--mller-kva.example.com/%C3%BC"],
  ["https://ex\nample.com/", "https://example.com/"],
  ["https:\\\\example.com\\hooks", "https://example.com/hooks"],
  ["https://hook_1.example.com/", "https://hook_1.example.com/"],
  ["https://1.2.3.4.example.com/", "https://1.2.3.4.example.com/"],
  ["https://localhost.example.com/", "https://localhost.example.com/"],
  ["https://mylocal.com/", "https://mylocal.com/"],
  ["https://latest.dev/", "https://latest.dev/"],
  [LONG + "x".repeat(2_048 - LONG.length), LONG + "x".repeat(2_048 - LONG.length)],
])("The URL %s is accepted", (text, url) => expect(readWebhookUrl(text, DEPLOYED)).toEqual({ url }));

describe("Refused URLs", () => {
  test.each([
    ["", "a URL"],
    ["example.com/hooks", "a URL"],
    ["/hooks", "a URL"],
    ["https://", "a URL"],
    ["https://exa mple.com", "a URL"],
    ["https://example.com:99999/", "a URL"],
    ["http://example.com/hooks", "https://"],
    ["ftp://example.com/", "https://"],
    ["javascript:alert(1)", "https://"],
    ["data:text/plain,x", "https://"],
    ["file:///etc/passwd", "https://"],
    ["https://user@example.com/", "user name"],
    ["https://user:secret@example.com/", "user name"],
    ["https://:secret@example.com/", "user name"],
    ["https://example.com@127.0.0.1/", "user name"],
    ["https://example.com/#a", "fragment"],
    ["https://example.com/#", "fragment"],
    [`${LONG}${"x".repeat(2_049 - LONG.length)}`, "2048 characters"],
    [`${LONG}${"ü".repeat(1_000)}`, "once encoded"],
    ["https://127.0.0.1/", "IP address"],
    ["https://8.8.8.8/", "IP address"],
    ["https://127.0.0.1./", "IP address"],
    ["https://127.1/", "IP address"],
    ["https://2130706433/", "IP address"],
    ["https://0x7f000001/", "IP address"],
    ["https://0177.0.0.1/", "IP address"],
    ["https://0/", "IP address"],
    ["https://１２７.０.０.１/", "IP address"],
    ["https://[::1]/", "IP address"],
    ["https://[2606:4700::1111]/", "IP address"],
    ["https://[::ffff:127.0.0.1]/", "IP address"],
    ["https://example.com./", "a dot at the end"],
    ["https://localhost./", "a dot at the end"],
    ["https://intranet/", "public host"],
    ["https://localhost/", "localhost"],
    ["https://LOCALHOST:8787/", "localhost"],
    ["https://ｌocalhost/", "localhost"],
    ["https://app.localhost/", "localhost"],
    ["https://printer.local/", "local"],
    ["https://metadata.google.internal/", "internal"],
    ["https://router.home.arpa/", "home.arpa"],
    ["https://hook.test/", "test"],
    ["https://hook.example/", "example"],
    ["https://hook.invalid/", "invalid"],
    ["https://hook.onion/", "onion"],
    ["https://hook.alt/", "alt"],
    ["https://a..com/", "public host"],
    ["https://.com/", "public host"],
    ["https://-a.com/", "public host"],
    [`https://${"a".repeat(64)}.com/`, "public host"],
    [`https://${"a.".repeat(126)}com/`, "public host"],
  ])("The URL %j is refused because of: %s", (text, why) => {
    const { url, problem } = readWebhookUrl(text, DEPLOYED);
    expect(url).toBeUndefined();
    expect(problem).toContain(why);
  });
});

describe("URLs on localhost", () => {
  test.each(["http://localhost/hooks", "http://localhost:9000/hooks"])("Development accepts %s", (url) => {
    expect(readWebhookUrl(url, { allowsLocalhost: true })).toEqual({ url });
    expect(readWebhookUrl(url, DEPLOYED).url).toBeUndefined();
  });

  test.each(["http://127.0.0.1:9000/", "http://example.com/", "https://localhost/", "http://app.localhost/"])(
    "Development refuses %s too",
    (url) => {
      expect(readWebhookUrl(url, { allowsLocalhost: true }).url).toBeUndefined();
    },
  );
});

test.each([
  ["http://localhost:8787/hooks", "http://localhost:8787/api/v1/x", true],
  ["http://localhost:9000/hooks", "http://localhost:8787/api/v1/x", false],
  ["https://rollcall.example.com/hooks", "https://rollcall.example.com/api/v1/x", true],
  ["https://rollcall.example.com:8443/hooks", "https://rollcall.example.com/", true],
  ["https://rollcall.example.com/hooks", "http://rollcall.example.com:8787/", true],
  ["https://rollcall.example.com/hooks", "https://rollcall.example.com./", true],
  ["https://other.example.com/hooks", "https://rollcall.example.com/", false],
  ["https://example.com/hooks", "https://rollcall.example.com/", false],
])("Whether %s is on the host of %s: %s", (url, own, leadsBack) =>
  expect(ownHostProblem(url, own) !== null).toBe(leadsBack),
);

describe("Field webhook_url", () => {
  test("The field is trimmed, and may be null or absent", () => {
    expect(webhookUrl.parse("  https://example.com/a \n")).toBe("https://example.com/a");
    expect([webhookUrl.parse(null), webhookUrl.parse(undefined)]).toEqual([null, undefined]);
  });

  test.each([15, true, [], {}, "", "x"])("The field must not be %j", (value) => {
    expect(webhookUrl.safeParse(value).success).toBe(false);
  });
});
