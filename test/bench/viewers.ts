import { once } from "node:events";

/** The WebSocket of Node accepts headers, and its standard type does not. */
const Socket = WebSocket as unknown as new (url: string, init: { headers: Record<string, string> }) => WebSocket;

/** Several WebSockets on the same URL. */
export type Viewers = {
  /**
   * Runs `act`, and waits until every viewer has received a frame that contains `mark`. Returns the milliseconds from the
   * start of `act` to each of these frames.
   */
  await(mark: string, act: () => Promise<unknown>): Promise<number[]>;
  /** Returns the last frame that any viewer received. */
  lastFrame(): string;
  close(): Promise<void>;
};

/** Opens WebSockets on a URL with the scheme http. */
export async function openViewers(count: number, url: string, headers: Record<string, string>): Promise<Viewers> {
  let last = "";
  let onFrame = (_frame: string): void => {};
  const open = async () => {
    const socket = new Socket(url.replace("http", "ws"), { headers });
    socket.addEventListener("message", ({ data }) => {
      last = data as string;
      onFrame(last);
    });
    await once(socket, "open");
    return socket;
  };
  const sockets: WebSocket[] = [];
  for (let n = 0; n < count; n++) sockets.push(await open());
  return {
    await: async (mark, act) => {
      const times: number[] = [];
      const start = performance.now();
      const all = new Promise<void>((resolve) => {
        onFrame = (frame) => {
          if (!frame.includes(mark)) return;
          times.push(performance.now() - start);
          if (times.length === count) resolve();
        };
      });
      await Promise.all([act(), all]);
      return times;
    },
    lastFrame: () => last,
    close: async () => {
      for (const socket of sockets) {
        socket.close();
        await once(socket, "close");
      }
    },
  };
}
