import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** An example of Status Hero's document: its heading, its curl command, and the JSON that it prints as the answer. */
export type Printed = { title: string; command: string; json: Record<string, unknown> | undefined };

const EXAMPLE =
  /^(?<title>.+)\n\n(?<command>curl [\s\S]*?)\n(?=\n|$(?![\s\S]))(?:\nThe above command returns JSON structured like this:\n\n(?<json>\{[\s\S]*?^\})$)?/gm;

/** Reads the examples of a section. The texts beside this file are copied from the document verbatim. */
export function examplesOf(section: string): Printed[] {
  const text = readFileSync(resolve(import.meta.dirname, `${section}.txt`), "utf8");
  return [...text.matchAll(EXAMPLE)].map(({ groups }) => {
    const { title, command, json } = groups as Record<string, string>;
    return { title: title!, command: command!, json: json === undefined ? undefined : JSON.parse(mended(json)) };
  });
}

/** The one JSON error of the document: a comma after the last check-in of a tag. */
const mended = (json: string): string => json.replace(/\},\n {2}\]/, "}\n  ]");
