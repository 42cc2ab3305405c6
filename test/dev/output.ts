import { stripVTControlCharacters } from "node:util";
import { FIRST_PATH } from "../journeys/server.ts";

const HINT = "Scheduled Workers are not automatically triggered";

/**
 * Makes a function that gets the output of `wrangler dev`, in pieces of any size, and prints its lines. It leaves out
 * the line of the first request by this script, and the hint at a URL for cron, which fails without a cron expression.
 */
export function serverOutput(print: (line: string) => void = console.log): (text: string) => void {
  let unfinished = "";
  let isHint = false;
  return (text) => {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop()!;
    for (const line of lines) {
      const plain = stripVTControlCharacters(line);
      // The further lines of the hint are indented or empty.
      if (plain.includes(HINT)) isHint = true;
      else if (/^\S/.test(plain)) isHint = false;
      if (!isHint && !plain.includes(FIRST_PATH)) print(line);
    }
  };
}
