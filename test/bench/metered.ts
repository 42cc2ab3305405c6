/** The real Worker and the real object, with a meter of the rows that they read and write. It must not be timed. */
import worker, { TeamPresence as RealTeamPresence } from "../../src/index.ts";
import { firing } from "./firing.ts";
import { meteredD1, meterStorage } from "./meter.ts";
import { addUsage, noUsage, type Usage } from "./row.ts";

/** An alarm that is due within this many milliseconds counts as part of the request that set it. */
const AT_ONCE_MS = 250;

export class TeamPresence extends RealTeamPresence {
  readonly #usage: Usage;
  readonly #count: () => void;
  readonly #rang = new EventTarget();
  #isRinging = false;

  constructor(ctx: DurableObjectState, env: Env) {
    const usage = noUsage();
    const count = meterStorage(ctx, usage);
    super(ctx, { ...env, DB: meteredD1(env.DB, usage) });
    this.#usage = usage;
    this.#count = count;
  }

  override async alarm(): Promise<void> {
    this.#usage.objectRequests += 1;
    this.#isRinging = true;
    await super.alarm();
    this.#isRinging = false;
    this.#rang.dispatchEvent(new Event("rang"));
  }

  /** Returns the usage since the previous call, after the alarms that are due have rung. */
  async take(): Promise<Usage> {
    while (this.#isRinging || (await this.#isDue())) {
      await new Promise((resolve) => this.#rang.addEventListener("rang", resolve, { once: true }));
    }
    this.#count();
    const usage = { ...this.#usage };
    Object.assign(this.#usage, noUsage());
    return usage;
  }

  async #isDue(): Promise<boolean> {
    const due = await this.ctx.storage.getAlarm();
    return due !== null && due <= Date.now() + AT_ONCE_MS;
  }

  /** Calls the alarm handler. An alarm sometimes rings when no work is due. */
  ring(): Promise<void> {
    return this.alarm();
  }

  /** Makes the checkpoint due. It takes effect after an eviction, when the object reads its storage again. */
  makeCheckpointDue(): void {
    this.ctx.storage.sql.exec("UPDATE team SET value = json_set(value, '$.checkpointAt', 0)");
  }
}

type Metered = DurableObjectStub<TeamPresence>;

/** Returns bindings that add to `usage`, and the objects that were called through them. */
function metered(env: Env, usage: Usage): { env: Env; called: Map<string, Metered> } {
  const called = new Map<string, Metered>();
  const getByName = (name: string) => {
    usage.objectRequests += 1;
    const stub = env.TEAM_PRESENCE.getByName(name);
    called.set(name, stub as unknown as Metered);
    return stub;
  };
  const bindings = {
    DB: meteredD1(env.DB, usage),
    TEAM_PRESENCE: { getByName } as unknown as Env["TEAM_PRESENCE"],
  };
  return { env: { ...env, ...bindings }, called };
}

/** Returns a context, and a function that waits for all its `waitUntil` work. */
function waiting() {
  const pending: Promise<unknown>[] = [];
  const context = { waitUntil: (work: Promise<unknown>) => void pending.push(work), props: {} };
  return { context: context as unknown as ExecutionContext, done: () => Promise.all(pending) };
}

/** Runs some work on metered bindings, and returns its usage in the Worker, in D1 and in objects. */
async function measure<T>(env: Env, work: (env: Env, context: ExecutionContext) => Promise<T>): Promise<[T, Usage]> {
  const usage = noUsage();
  const { env: bindings, called } = metered(env, usage);
  const { context, done } = waiting();
  const answer = await work(bindings, context);
  await done();
  const inObjects = await Promise.all([...called.values()].map((stub) => stub.take()));
  return [answer, addUsage(usage, ...inObjects)];
}

/** Calls of a team's object that only the bench makes. */
const VERBS: Record<string, (stub: Metered) => Promise<unknown>> = {
  "/bench/due": (stub) => stub.makeCheckpointDue(),
  "/bench/ring": (stub) => stub.ring(),
};

export default {
  async fetch(request, env) {
    const controller = firing(request);
    if (controller) {
      const [, usage] = await measure(env, (bindings) => worker.scheduled(controller, bindings));
      return Response.json([null, usage]);
    }
    const { pathname, searchParams } = new URL(request.url);
    const verb = VERBS[pathname];
    if (verb) {
      const stub = env.TEAM_PRESENCE.getByName(searchParams.get("team")!) as unknown as Metered;
      await verb(stub);
      return Response.json([null, await stub.take()]);
    }
    const [response, usage] = await measure(env, async (bindings, context) => {
      const answer = await worker.fetch(request, bindings, context);
      return { status: answer.status, body: await answer.text() };
    });
    return Response.json([response, usage]);
  },
} satisfies ExportedHandler<Env>;
