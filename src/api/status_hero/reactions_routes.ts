import { newReaction } from "./reactions_schema.ts";
import { remarkRoutes } from "./remarks_routes.ts";

/** Reactions (Status Hero): an emoji on a check-in, one of a kind per person. */
export const reactionsRoutes = remarkRoutes("reaction", newReaction);
