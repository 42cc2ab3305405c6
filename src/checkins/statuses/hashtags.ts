import { fold } from "../../lib/text.ts";

/**
 * Where a # is part of an address: from its scheme, `www.` or the brackets of a Markdown link up to the next space. The
 * length of a scheme is bounded so that a long answer takes no longer than in proportion.
 */
const ADDRESS = /(?:\b[a-z][a-z0-9+.-]{0,15}:\/\/|\bwww\.|\]\()\S*/g;

// A # inside a word or path begins no tag; a _ before or after it may be Markdown's emphasis. A tag ends in a letter or
// digit.
const HASHTAG = /(?<![\p{L}\p{M}\p{N}/&#-]_*)#_*([\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])/gu;

/** Characters of the longest tag. */
const MAX_LENGTH = 100;

/**
 * The #hashtags of texts, folded, sorted, each once: letters, digits, - and _, of which at least one is a letter, so that
 * "#123" is a ticket and no tag.
 */
export function hashtags(texts: readonly (string | null)[]): string[] {
  const found = texts.flatMap((text) => [
    ...fold(text ?? "")
      .replaceAll(ADDRESS, " ")
      .matchAll(HASHTAG),
  ]);
  const tags = found.map((match) => match[1]!).filter((tag) => /\p{L}/u.test(tag) && tag.length <= MAX_LENGTH);
  return [...new Set(tags)].sort();
}

/** The tag that somebody names, in any case, with or without its #. */
export const tagNamed = (text: string): string => fold(text).replace(/^#?_*/, "");
