/** Secrets are set with `wrangler secret put` and so are not in wrangler.toml, from which env.d.ts is made. */
interface Secrets {
  /** Unset: `POST /api/v1/setup` does not exist. */
  SETUP_TOKEN?: string;
}
interface Env extends Secrets {}
declare namespace Cloudflare {
  interface Env extends Secrets {}
}
