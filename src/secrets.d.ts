/** Secrets are set with `wrangler secret put` and so are not in wrangler.toml, from which env.d.ts is made. */
interface Secrets {
  /** Unset: `POST /api/v1/setup` does not exist. */
  SETUP_TOKEN?: string;
  /** What the secrets of webhooks are derived from, 32 characters or more. Unset: no `webhook_url` can be set. */
  WEBHOOK_SIGNING_KEY?: string;
  /** "true" allows webhooks to `http://localhost`. Only `npm run dev` sets it: a deployed Worker has no localhost. */
  LOCAL_RECEIVERS?: string;
}
interface Env extends Secrets {}
declare namespace Cloudflare {
  interface Env extends Secrets {}
}
