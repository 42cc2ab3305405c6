const MAX_LENGTH = 2_048;

/** Endings under which no public host can be: RFC 6761, 6762, 7686, 8375, 9476, and what ICANN keeps for private use. */
const RESERVED = ["test", "example", "invalid", "localhost", "local", "onion", "home.arpa", "alt", "internal"];

/** RFC 1035: a name of at most 253 characters, each part of at most 63. Underscores are seen, and resolve. */
const NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** What WHATWG's parser makes of an IPv4 address, whether it was written in decimal, octal or hex, as four numbers or one. */
const IPV4 = /^\d+(?:\.\d+){3}$/;

/** A URL as it will be called, or why it will not be. */
export type WebhookUrl = { url: string; problem?: never } | { url?: never; problem: string };

/**
 * Reads where a webhook is to be sent: https, to a public DNS name. Names are not resolved: what they lead to can change at
 * any time, and a Worker's requests leave from the platform's edge, where no private network is within reach.
 */
export function readWebhookUrl(text: string): WebhookUrl {
  if (text.length > MAX_LENGTH) return { problem: `must be at most ${MAX_LENGTH} characters` };
  const url = URL.parse(text);
  if (!url) return { problem: "must be a URL such as https://example.com/hooks" };
  if (url.protocol !== "https:") return { problem: "must begin with https://, so that nobody reads it on its way" };
  if (url.username || url.password) return { problem: "must not hold a user name or password: messages are signed" };
  // Of an empty fragment, only the mark is left.
  if (url.href.includes("#")) return { problem: "must not have a fragment (#...): it would not be sent" };
  if (url.href.length > MAX_LENGTH) return { problem: `must be at most ${MAX_LENGTH} characters once encoded` };
  const problem = hostProblem(url.hostname);
  return problem === null ? { url: url.href } : { problem };
}

function hostProblem(host: string): string | null {
  if (host.startsWith("[") || IPV4.test(host)) return "must name its host: IP addresses are not called";
  if (host.endsWith(".")) return "must name its host without a dot at the end";
  const ending = RESERVED.find((name) => host === name || host.endsWith(`.${name}`));
  if (ending) return `must be on a public host: names under ${ending} are reserved for private use`;
  if (!host.includes(".")) return "must be on a public host, whose name has a dot in it";
  return NAME.test(host) ? null : "must be on a public host, whose name DNS could hold";
}

/** Why a webhook may not be sent to the deployment that sends it; null for any other host. `own` is one of its own URLs. */
export const ownHostProblem = (url: string, own: string): string | null =>
  new URL(url).hostname === new URL(own).hostname.replace(/\.$/, "") ? "must not lead back to Rollcall itself" : null;
