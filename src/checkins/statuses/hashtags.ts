import { fold } from "../../lib/text.ts";

/**
 * An address, in which a # begins no tag: from its scheme, `www.` or the brackets of a Markdown link up to the next space.
 * The length of a scheme is bounded, so that matching takes time in proportion to the length of an answer.
 */
const ADDRESS = /(?:\b[a-z][a-z0-9+.-]{0,15}:\/\/|\bwww\.|\]\()\S*/g;

// A # inside a word or path begins no tag. A _ before or after a tag may be Markdown's emphasis. A tag ends in a letter or
// digit. `(?!_)` keeps the time linear: each _ belongs to one part of the pattern only.
const HASHTAG = /(?<![\p{L}\p{M}\p{N}/&#-]_*)#_*(?!_)([\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])/gu;

/** Longer ones are no tags. */
const MAX_TAG_LENGTH = 100;

/**
 * Lists the #hashtags of texts: folded, sorted, each once. A tag has letters, digits, - and _, and at least one letter:
 * "#123" is the number of a ticket.
 */
export function hashtags(texts: readonly (string | null)[]): string[] {
  const found = texts.flatMap((text) => [
    ...fold(text ?? "")
      .replaceAll(ADDRESS, " ")
      .matchAll(HASHTAG),
  ]);
  const tags = found.map((match) => match[1]!).filter((tag) => /\p{L}/u.test(tag) && tag.length <= MAX_TAG_LENGTH);
  return [...new Set(tags)].sort();
}

/** Returns a tag as stored, from a name in any case, with or without its #. */
export const normalizeTag = (name: string): string => fold(name).replace(/^#?_*/, "");
