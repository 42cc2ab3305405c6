import { rootCause } from "../../lib/root_cause.ts";
import { retryDelay } from "./wake_time.ts";

/** Sends what D1 lacks, one sender at a time, and after a failure waits ever longer before D1 is asked again. */
export class Sender {
  readonly #send: () => Promise<unknown>[];
  #failures = 0;
  #underWay: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  /** Before when D1 is not to be asked again, in UTC milliseconds; 0 while it answers. */
  retryAt = 0;

  /** `send`: the exchanges with D1, each for itself: none must keep another from being tried. */
  constructor(send: () => Promise<unknown>[]) {
    this.#send = send;
  }

  /** Fulfilled once everything there was has been tried, whether or not D1 took it. */
  async drain(): Promise<void> {
    // One under way may have looked before there was what its caller wants sent; one that waits for it has not.
    this.#next ??= this.#alone(() => {
      this.#next = null;
      return this.#try();
    });
    await this.#next;
  }

  /** As `drain`, and then `send`, while nothing else is sent. Throws what that throws. */
  async drainThen(send: () => Promise<void>): Promise<void> {
    await this.drain();
    await this.#alone(send);
  }

  /** One at a time: of two at once, the older could be written after the newer. */
  async #alone(send: () => Promise<void>): Promise<void> {
    do await this.#underWay;
    while (this.#underWay);
    const sending = send();
    this.#underWay = sending
      .catch(() => {})
      .finally(() => {
        this.#underWay = null;
      });
    await sending;
  }

  /** D1 did not answer: the next try waits. */
  postpone(error: unknown): void {
    this.#failures += 1;
    this.retryAt = Date.now() + retryDelay(this.#failures);
    console.warn("presence: D1 did not answer, failure", this.#failures, rootCause(error));
  }

  async #try(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#send());
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) return this.postpone(failure.reason);
    this.#failures = 0;
    this.retryAt = 0;
  }
}
