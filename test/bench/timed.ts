/**
 * The real Worker, but for its rate limits: where the platform counts in its own memory, the local runtime calls an object,
 * which costs as much as reading the key from D1. `/bench/cron` runs what is due at a cron expression.
 */
import worker from "../../src/index.ts";
import { firing } from "./firing.ts";

export { TeamPresence } from "../../src/index.ts";

const limiter: RateLimit = { limit: async () => ({ success: true }) };
/** By the bindings the runtime gives, the same ones every time, those that the Worker gets. */
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
