import { once } from "node:events";

/** Node's own client takes headers, as browsers' do not. */
const Socket = WebSocket as unknown as new (url: string, init: { headers: Record<string, string> }) => WebSocket;

/** So many WebSockets that watch the same thing. */
export type Viewers = {
  /**
   * Gives, once `act` is done and every viewer was sent a frame that holds `mark`, how many milliseconds after its start each
   * had that.
   */
  await(mark: string, act: () => Promise<unknown>): Promise<number[]>;
  /** The last frame that anybody was sent. */
  lastFrame(): string;
  close(): Promise<void>;
};

/** Opens WebSockets on a URL of scheme http. */
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
