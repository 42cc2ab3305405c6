import { newReaction } from "./reactions_schema.ts";
import { remarkRoutes } from "./remarks_routes.ts";

/** Routes of reactions to check-ins (Status Hero, "Reactions"). */
export const reactionsRoutes = remarkRoutes("reaction", newReaction);
