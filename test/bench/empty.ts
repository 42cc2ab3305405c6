import { DurableObject } from "cloudflare:workers";

/** A Worker that starts as fast as one can. wrangler.toml wants an object by this name. */
export class TeamPresence extends DurableObject {}

export default { fetch: () => new Response() } satisfies ExportedHandler;
