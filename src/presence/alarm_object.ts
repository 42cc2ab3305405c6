/** An alarm whose handler fails is tried again by the platform only six times; this one comes on its own. */
const SAFETY_ALARM_MS = 60_000;

/** The one physical alarm of an object. Wakes are UTC milliseconds; null is never. */
export class Alarm {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Sees to it that the alarm rings again, whatever becomes of the work it has just rung for. */
  async secure(): Promise<void> {
    await this.#storage.setAlarm(Date.now() + SAFETY_ALARM_MS);
  }

  /** Rings next at `wake`, and not before. */
  async set(wake: number | null): Promise<void> {
    await (wake === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(Math.max(wake, Date.now())));
  }

  /** Rings no later than `wake`; an alarm that should have rung long since is taken for lost. */
  async advance(wake: number | null): Promise<void> {
    if (wake === null) return;
    const alarm = await this.#storage.getAlarm();
    if (alarm === null || alarm > wake || alarm < Date.now() - SAFETY_ALARM_MS) await this.set(wake);
  }
}
