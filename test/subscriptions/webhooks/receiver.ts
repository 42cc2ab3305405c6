import { newId } from "../../../src/lib/id.ts";
import { CONTROL, type Received, type ReceiverAnswer } from "../../support/outside.ts";

/** A receiver of webhook messages outside the Worker, reached over HTTP. */
export type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** Opens a receiver, which answers 204 unless another answer is set. */
export async function openReceiver(answer: ReceiverAnswer = { status: 204 }) {
  const path = `/${newId()}`;
  const answers = async (answer: ReceiverAnswer): Promise<void> => {
    await fetch(`${CONTROL}${path}`, { method: "PUT", body: JSON.stringify(answer) });
  };
  /** Returns the messages received so far, once there are at least `count`. */
  const received = async (count = 0): Promise<Received[]> =>
    (await fetch(`${CONTROL}${path}?count=${count}`)).json<Received[]>();
  await answers(answer);
  return { url: `https://hooks.example.com${path}`, answers, received };
}
