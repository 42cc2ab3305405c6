import { once } from "node:events";
import { Agent, request } from "node:http";

/** A request. Without a body it is a GET. */
export type Ask = { url: string; headers: Record<string, string>; body?: string };

/** Reuses connections, as a tool that reports every minute does. */
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Sends a request and returns the body of the answer. Throws unless its status is below 300. */
export async function send({ url, headers, body }: Ask): Promise<string> {
  const sent = request(url, {
    ...{ agent, method: body === undefined ? "GET" : "POST" },
    headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
  });
  sent.end(body);
  const [response] = await once(sent, "response");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  if (response.statusCode >= 300) throw new Error(`${url} answered ${response.statusCode}: ${text}`);
  return text;
}

/**
 * Lets some senders send requests, each one after the other, for some milliseconds. Returns the requests of all senders per
 * second of `clock`. `next` makes the next request of sender `n`.
 */
export async function throughput(
  clock: () => number,
  { senders, forMs }: { senders: number; forMs: number },
  next: (n: number) => Ask,
): Promise<number> {
  const [end, start] = [performance.now() + forMs, clock()];
  let count = 0;
  const work = async (n: number) => {
    while (performance.now() < end) {
      await send(next(n));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, n) => work(n)));
  return (count * 1_000) / (clock() - start);
}
