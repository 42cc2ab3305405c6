import { rootCause } from "../lib/root_cause.ts";

/** How long a checked part of the deployment may take to answer. */
const TIMEOUT_MS = 5_000;

/** Returns the result of a call to a part of the deployment; null, and a line in the log, where it fails or takes too long. */
export async function answerOf<T>(part: string, call: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    console.error("health:", part, "did not answer", rootCause(error));
    return null;
  } finally {
    clearTimeout(timer);
  }
}
