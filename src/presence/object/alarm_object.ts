/** An alarm whose handler fails is tried again by the platform only six times; this one comes on its own. */
const SAFETY_ALARM_MS = 60_000;

/** The one physical alarm of an object. Wakes are UTC milliseconds; null is never. */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  /** When it rings, as far as this instance has seen to that: to ask storage at each heartbeat would cost as much as its write. */
  #at: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Sees to it that the alarm rings again, whatever becomes of the work it has just rung for. */
  async secure(): Promise<void> {
    await this.set(Date.now() + SAFETY_ALARM_MS);
  }

  /** Rings next at `wake`, and not before. */
  async set(wake: number | null): Promise<void> {
    this.#at = null;
    await (wake === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(Math.max(wake, Date.now())));
    this.#at = wake;
  }

  /** Believes no more that it rings: the next `advance` looks. */
  doubt(): void {
    this.#at = null;
  }

  /** Rings no later than `wake`; an alarm that should have rung long since is taken for lost. */
  async advance(wake: number | null): Promise<void> {
    if (wake === null || isInTime(this.#at, wake)) return;
    this.#at = await this.#storage.getAlarm();
    if (!isInTime(this.#at, wake)) await this.set(wake);
  }
}

const isInTime = (alarm: number | null, wake: number): boolean =>
  alarm !== null && alarm <= wake && alarm >= Date.now() - SAFETY_ALARM_MS;
