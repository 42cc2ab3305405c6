// Letters that NFKD does not decompose, and their usual ASCII spelling.
const ASCII: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
};
// One @, a dot inside the domain, no empty domain label. Quoted and bracketed forms are valid addresses that people do not use.
const EMAIL = /^[^\s\p{Cc}@<>()[\]{},;:"\\]+@(?:[^\s\p{Cc}@<>()[\]{},;:"\\.]+\.)+[^\s\p{Cc}@<>()[\]{},;:"\\.]+$/u;
/** Characters of the longest address (RFC 5321 leaves 254 of its 256-octet path). */
const EMAIL_LENGTH = 254;
/** Characters of the longest slug, which is part of URLs. */
const SLUG_LENGTH = 60;

/** Folds a text for comparison: trimmed, Unicode NFKC, lower case. Folding twice changes nothing. */
export function fold(text: string): string {
  // Lower-casing can undo NFKC and NFKC can make spaces, so the order matters.
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** Folds a status for comparison: folded, `-` and `_` read as spaces, runs of spaces joined. */
export function foldStatus(text: string): string {
  return fold(text)
    .replace(/[\s_-]+/g, " ")
    .trim();
}

/** Writes a name as ASCII kebab-case for URLs, at most 60 characters; "" where no character of it can be written so. */
export function slugify(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[ßæœøđðłþı]/g, (letter) => ASCII[letter] ?? "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, SLUG_LENGTH)
    .replace(/-$/, "");
}

/** Whether the text looks like an e-mail address. Only a delivered message can prove one. */
export function isEmail(text: string): boolean {
  return text.length <= EMAIL_LENGTH && EMAIL.test(text);
}
