import { rootCause } from "../../lib/root_cause.ts";
import { clampToNow, MAX_RETRY_MS, retryDelay } from "./wake_time.ts";

/** Runs the exchanges with D1, one run at a time. After failures in a row it waits longer and longer before the next try. */
export class SyncQueue {
  readonly #startExchanges: () => Promise<unknown>[];
  #failures = 0;
  #retryAt = 0;
  #running: Promise<void> | null = null;
  /** The run that follows the one under way, shared by all who wait for it. */
  #next: Promise<void> | null = null;

  /** `startExchanges` begins what one run does. The exchanges are independent: if one fails, the others go on. */
  constructor(startExchanges: () => Promise<unknown>[]) {
    this.#startExchanges = startExchanges;
  }

  /** When D1 may be asked again, in UTC milliseconds; 0 after a success. */
  get retryAt(): number {
    return clampToNow(this.#retryAt, Date.now(), MAX_RETRY_MS);
  }

  /** Ends the wait that follows failures. */
  retryNow(): void {
    this.#retryAt = 0;
  }

  /** Notes that D1 failed: the next try must wait. */
  backOff(error: unknown): void {
    this.#failures += 1;
    this.#retryAt = Date.now() + retryDelay(this.#failures);
    console.warn("presence: D1 did not answer, failure", this.#failures, rootCause(error));
  }

  /** Runs the exchanges once. Also resolves if D1 fails them: the failure is logged, and `retryAt` set. */
  async run(): Promise<void> {
    // A run under way may have read the outbox before this caller added to it; the one after has not begun.
    this.#next ??= this.#exclusively(() => {
      this.#next = null;
      return this.#attempt();
    });
    await this.#next;
  }

  /** Runs the exchanges, and then `work` while nothing else runs. Throws what `work` throws. */
  async runThen(work: () => Promise<void>): Promise<void> {
    await this.run();
    await this.#exclusively(work);
  }

  /** Of two writes of a block at once, the older could reach D1 last. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    do await this.#running;
    while (this.#running);
    const run = work();
    this.#running = run
      .catch(() => {})
      .finally(() => {
        this.#running = null;
      });
    await run;
  }

  async #attempt(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#startExchanges());
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) return this.backOff(failure.reason);
    this.#failures = 0;
    this.#retryAt = 0;
  }
}
