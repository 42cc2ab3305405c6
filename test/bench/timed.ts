/**
 * The real Worker without its rate limits. The platform counts them in memory, but the local runtime calls an object for
 * them, which costs as much as reading the key from D1. `/bench/cron` runs the jobs of a cron expression.
 */
import worker from "../../src/index.ts";
import { firing } from "./firing.ts";

export { TeamPresence } from "../../src/index.ts";

const limiter: RateLimit = { limit: async () => ({ success: true }) };
/** The bindings that the Worker gets, by those of the runtime, which are the same object in every request. */
const bindings = new WeakMap<Env, Env>();

const unlimited = (env: Env): Env => {
  if (!bindings.has(env)) bindings.set(env, { ...env, TEAM_KEY_LIMIT: limiter, INTEGRATION_KEY_LIMIT: limiter });
  return bindings.get(env)!;
};

export default {
  async fetch(request, env, context) {
    const controller = firing(request);
    if (!controller) return worker.fetch(request, unlimited(env), context);
    await worker.scheduled(controller, env);
    return new Response();
  },
} satisfies ExportedHandler<Env>;
