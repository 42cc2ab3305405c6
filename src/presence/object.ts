import { DurableObject } from "cloudflare:workers";
export class TeamPresence extends DurableObject<Env> {}
