import { app } from "./app.ts";
import { scheduled } from "./cron.ts";

export { TeamPresence } from "./presence/object/team_presence_object.ts";

export default { fetch: app.fetch, scheduled } satisfies ExportedHandler<Env>;
