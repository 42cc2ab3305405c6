import { DurableObject } from "cloudflare:workers";

/** The Worker with the shortest possible start. wrangler.toml needs an object of this name. */
export class TeamPresence extends DurableObject {}

export default { fetch: () => new Response() } satisfies ExportedHandler;
