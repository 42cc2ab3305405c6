import { call, type Team } from "./team.ts";

/** Watches the team's live presence during `act`, and returns the first change that is sent after the snapshot. */
export async function firstChange(team: Team, act: () => Promise<unknown>): Promise<unknown> {
  const response = await call("/api/v1/presence/live", { headers: { ...team.asTeam, Upgrade: "websocket" } });
  const socket = response.webSocket!;
  const change = new Promise<unknown>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(String(data)) as { type: string };
      if (frame.type === "change") resolve(frame);
    });
  });
  socket.accept();
  await act();
  const frame = await change;
  socket.close();
  return frame;
}
