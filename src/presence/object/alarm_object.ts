import { MINUTE_MS } from "../../lib/duration.ts";

/** The platform retries a failed alarm only six times (Durable Objects, "Alarms"), so each run first sets this next one. */
const SAFETY_ALARM_MS = MINUTE_MS;

/** The one alarm of an object. Times are UTC milliseconds; null is never. */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  /** When the alarm rings, as far as known; null to read it from storage. Reading it at each heartbeat would cost as much as a write. */
  #cachedAt: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Sets the alarm a minute ahead, so that the work that follows is retried if it fails. */
  async setSafetyAlarm(): Promise<void> {
    await this.set(Date.now() + SAFETY_ALARM_MS);
  }

  /** Sets the alarm to `wake`, or to now if that is past; removes it for null. */
  async set(wake: number | null): Promise<void> {
    this.#cachedAt = null;
    await (wake === null ? this.#storage.deleteAlarm() : this.#storage.setAlarm(Math.max(wake, Date.now())));
    this.#cachedAt = wake;
  }

  /** Clears the cached alarm time; the next `advance` reads it from storage. */
  invalidate(): void {
    this.#cachedAt = null;
  }

  /** Makes sure that the alarm rings at `wake` or earlier. An alarm more than a minute overdue counts as lost. */
  async advance(wake: number | null): Promise<void> {
    if (wake === null || isInTime(this.#cachedAt, wake)) return;
    this.#cachedAt = await this.#storage.getAlarm();
    if (!isInTime(this.#cachedAt, wake)) await this.set(wake);
  }
}

const isInTime = (alarm: number | null, wake: number): boolean =>
  alarm !== null && alarm <= wake && alarm >= Date.now() - SAFETY_ALARM_MS;
