import { remarkRoutes } from "../remark_routes.ts";
import { newReaction } from "./schema.ts";

/** Reactions (Status Hero): an emoji on a check-in, one of a kind per person. */
export const reactionsRoutes = remarkRoutes("reaction", newReaction);
