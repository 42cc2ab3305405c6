/** A request that a receiver got. */
export type Received = { method: string; headers: Record<string, string>; body: string };

/** How a receiver answers. With `hold`, it answers when it gets another manner. */
export type Manner = { status: number; headers?: Record<string, string>; body?: string; hold?: boolean };

/** The host by which tests set how a receiver answers, and read what it got. Every other host is a receiver. */
export const CONTROL = "https://control.example.com";

type Receiver = { received: Received[]; arrived: EventTarget; manner: Manner; release: EventTarget };

const receivers = new Map<string, Receiver>();

function receiverAt(path: string): Receiver {
  let receiver = receivers.get(path);
  if (!receiver) {
    receiver = { received: [], arrived: new EventTarget(), manner: { status: 204 }, release: new EventTarget() };
    receivers.set(path, receiver);
  }
  return receiver;
}

/** Answers every request that a Worker under test sends to the outside. */
export async function outside(request: Request): Promise<Response> {
  const { origin, pathname, searchParams } = new URL(request.url);
  const receiver = receiverAt(pathname);
  if (origin === CONTROL) return control(request, receiver, Number(searchParams.get("count")));
  const { method, headers } = request;
  receiver.received.push({ method, headers: Object.fromEntries(headers), body: await request.text() });
  receiver.arrived.dispatchEvent(new Event("message"));
  if (receiver.manner.hold) await next(receiver.release, "released");
  const { status, headers: answered = {}, body = null } = receiver.manner;
  return new Response(body, { status, headers: answered });
}

/** PUT sets how to answer, also requests that wait; GET returns the requests as soon as there are `count`. */
async function control(request: Request, receiver: Receiver, count: number): Promise<Response> {
  if (request.method === "PUT") {
    receiver.manner = (await request.json()) as Manner;
    receiver.release.dispatchEvent(new Event("released"));
    return new Response(null, { status: 204 });
  }
  while (receiver.received.length < count) await next(receiver.arrived, "message");
  return Response.json(receiver.received);
}

const next = (target: EventTarget, event: string): Promise<Event> =>
  new Promise((resolve) => target.addEventListener(event, resolve, { once: true }));
