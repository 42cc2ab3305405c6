import { once } from "node:events";
import { Agent, request } from "node:http";

/** A request to be sent: a GET where there is no body. */
export type Ask = { url: string; headers: Record<string, string>; body?: string };

/** Every connection is used again, as a tool would that reports each minute. */
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Sends a request and gives the body of its answer; throws where that is no success. */
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
 * Has so many senders send one request after the other for some milliseconds, and gives the requests of all of them to a
 * second by `clock`. `next` makes the request that sender `n` sends next.
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
