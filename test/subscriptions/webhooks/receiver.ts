import { newId } from "../../../src/lib/id.ts";
import { CONTROL, type Manner, type Received } from "../../support/outside.ts";

/** A receiver of a suite's own, outside the Worker: what it is sent goes over HTTP. */
export type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** Opens a receiver that answers 204 until it is told otherwise. */
export async function openReceiver(manner: Manner = { status: 204 }) {
  const path = `/${newId()}`;
  const answers = async (manner: Manner): Promise<void> => {
    await fetch(`${CONTROL}${path}`, { method: "PUT", body: JSON.stringify(manner) });
  };
  /** What it was sent so far; waits until that is `count` messages. */
  const received = async (count = 0): Promise<Received[]> =>
    (await fetch(`${CONTROL}${path}?count=${count}`)).json<Received[]>();
  await answers(manner);
  return { url: `https://hooks.example.com${path}`, answers, received };
}
