/** The real Worker and the real object, with a meter on what they read and write. Only for counting, never for timing. */
import worker, { TeamPresence as RealTeamPresence } from "../../src/index.ts";
import { firing } from "./firing.ts";
import { meteredD1, meterStorage } from "./meter.ts";
import { addUsage, noUsage, type Usage } from "./row.ts";

/** An alarm due within this many milliseconds is part of what set it. */
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

  /** What was used since this was last asked, once alarms that are due have rung. */
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

  /** Has the alarm ring, as it does now and then where nothing is due. */
  ring(): Promise<void> {
    return this.alarm();
  }

  /** Makes the checkpoint due; the object has to be evicted before it knows. */
  dueForCheckpoint(): void {
    this.ctx.storage.sql.exec("UPDATE team SET value = json_set(value, '$.checkpointAt', 0)");
  }
}

type Metered = DurableObjectStub<TeamPresence>;

/** Bindings that add to `usage`, and the objects that were called through them. */
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

/** A context whose `waitUntil` can be waited for. */
function waiting() {
  const pending: Promise<unknown>[] = [];
  const context = { waitUntil: (work: Promise<unknown>) => void pending.push(work), props: {} };
  return { context: context as unknown as ExecutionContext, done: () => Promise.all(pending) };
}

/** Runs some work on metered bindings, and gives back all that it used: in the Worker, in D1, in objects. */
async function measure<T>(env: Env, work: (env: Env, context: ExecutionContext) => Promise<T>): Promise<[T, Usage]> {
  const usage = noUsage();
  const { env: bindings, called } = metered(env, usage);
  const { context, done } = waiting();
  const answer = await work(bindings, context);
  await done();
  const inObjects = await Promise.all([...called.values()].map((stub) => stub.take()));
  return [answer, addUsage(usage, ...inObjects)];
}

/** What the bench asks of a team's object beyond what the app does. */
const VERBS: Record<string, (stub: Metered) => Promise<unknown>> = {
  "/bench/due": (stub) => stub.dueForCheckpoint(),
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
