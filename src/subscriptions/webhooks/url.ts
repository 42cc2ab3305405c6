const MAX_LENGTH = 2_048;

/** Endings that no public host can have: RFC 6761, 6762, 7686, 8375, 9476, and what ICANN reserves for private use. */
const RESERVED = ["test", "example", "invalid", "localhost", "local", "onion", "home.arpa", "alt", "internal"];

/** RFC 1035: a name of at most 253 characters, each part of at most 63. Names with underscores exist, and resolve. */
const NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** An IPv4 address, as the URL parser writes it: it turns decimal, octal and hex, four numbers or one, into this form. */
const IPV4 = /^\d+(?:\.\d+){3}$/;

/** A URL as it will be called, or why it is refused. */
export type WebhookUrl = { url: string; problem?: never } | { url?: never; problem: string };

/** Whether a URL is on this machine itself, by the name that development uses. */
const isOnLocalhost = ({ protocol, hostname }: URL): boolean => protocol === "http:" && hostname === "localhost";

/**
 * Reads the URL of a webhook: https, and a public DNS name; in development also `http://localhost`. The name is not resolved, because its address can change at any
 * time; and a Worker's requests leave from the platform's edge, which reaches no private network.
 */
export function readWebhookUrl(text: string, { allowsLocalhost }: { allowsLocalhost: boolean }): WebhookUrl {
  if (text.length > MAX_LENGTH) return { problem: `must be at most ${MAX_LENGTH} characters` };
  const url = URL.parse(text);
  if (!url) return { problem: "must be a URL such as https://example.com/hooks" };
  const isLocal = allowsLocalhost && isOnLocalhost(url);
  if (url.protocol !== "https:" && !isLocal)
    return { problem: "must begin with https://, so that messages are encrypted" };
  if (url.username || url.password) return { problem: "must not hold a user name or password: messages are signed" };
  // An empty fragment is seen only by its "#".
  if (url.href.includes("#")) return { problem: "must not have a fragment (#...): it would not be sent" };
  if (url.href.length > MAX_LENGTH) return { problem: `must be at most ${MAX_LENGTH} characters once encoded` };
  const problem = isLocal ? null : hostProblem(url.hostname);
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

/**
 * Says why a webhook may not be sent to its own deployment, of which `own` is a URL; null for any other host. On localhost,
 * other ports are other programs.
 */
export function ownHostProblem(url: string, own: string): string | null {
  const [target, deployment] = [new URL(url), new URL(own)];
  const isSame =
    target.hostname === deployment.hostname.replace(/\.$/, "") &&
    (!isOnLocalhost(target) || target.port === deployment.port);
  return isSame ? "must not lead back to Rollcall itself" : null;
}
