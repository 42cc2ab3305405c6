/** A message that a receiver was sent. */
export type Received = { method: string; headers: Record<string, string>; body: string };

/** How a receiver answers. With `hold` it does not answer until another answer is set. */
export type ReceiverAnswer = { status: number; headers?: Record<string, string>; body?: string; hold?: boolean };

/** The host where tests set the answers of receivers and read their messages. Every other host is a receiver. */
export const CONTROL = "https://control.example.com";

type Receiver = { received: Received[]; arrived: EventTarget; answer: ReceiverAnswer; release: EventTarget };

const receivers = new Map<string, Receiver>();

function receiverAt(path: string): Receiver {
  let receiver = receivers.get(path);
  if (!receiver) {
    receiver = { received: [], arrived: new EventTarget(), answer: { status: 204 }, release: new EventTarget() };
    receivers.set(path, receiver);
  }
  return receiver;
}

/** Answers every fetch of the Worker under test: nothing reaches the network. */
export async function outside(request: Request): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(request.url);
  const receiver = receiverAt(pathname);
  if (origin === CONTROL) return control(request, receiver, Number(searchParams.get("count")));
  const { method, headers } = request;
  receiver.received.push({ method, headers: Object.fromEntries(headers), body: await request.text() });
  receiver.arrived.dispatchEvent(new Event("message"));
  if (receiver.answer.hold) await next(receiver.release, "released");
  const { status, headers: answered = {}, body = null } = receiver.answer;
  return new Response(body, { status, headers: answered });
}

/** PUT sets the answer, also for requests that wait. GET returns the messages, once there are at least `count`. */
async function control(request: Request, receiver: Receiver, count: number): Promise<Response> {
  if (request.method === "PUT") {
    receiver.answer = (await request.json()) as ReceiverAnswer;
    receiver.release.dispatchEvent(new Event("released"));
    return new Response(null, { status: 204 });
  }
  while (receiver.received.length < count) await next(receiver.arrived, "message");
  return Response.json(receiver.received);
}

const next = (target: EventTarget, event: string): Promise<Event> =>
  new Promise((resolve) => target.addEventListener(event, resolve, { once: true }));
