// Letters NFKD does not take apart, though every reader knows their ASCII spelling.
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
// One @, a dot inside the domain, no empty domain label. Quoted and bracketed forms are legal mail and never typed.
const EMAIL = /^[^\s\p{Cc}@<>()[\]{},;:"\\]+@(?:[^\s\p{Cc}@<>()[\]{},;:"\\.]+\.)+[^\s\p{Cc}@<>()[\]{},;:"\\.]+$/u;
/** Characters; the longest address SMTP can carry (RFC 5321 leaves 254 of its 256-octet path). */
const EMAIL_LENGTH = 254;
/** Characters; a slug is part of URLs people read. */
const SLUG_LENGTH = 60;

/** The form in which texts are compared: trimmed, Unicode NFKC, lower case. Folding twice changes nothing. */
export function fold(text: string): string {
  // Lower-casing can undo NFKC and NFKC can make spaces, so the order matters.
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** The form in which statuses are compared: folded, `-` and `_` read as spaces, runs of spaces joined. */
export function foldStatus(text: string): string {
  return fold(text)
    .replace(/[\s_-]+/g, " ")
    .trim();
}

/** A name as ASCII kebab-case for URLs, at most 60 characters; "" when nothing of it can be written so. */
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

/** Whether the text can be an e-mail address; pragmatic, for only a delivered message proves one. */
export function isEmail(text: string): boolean {
  return text.length <= EMAIL_LENGTH && EMAIL.test(text);
}
