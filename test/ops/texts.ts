/** Texts that a backup can change: both kinds of line end beside their spellings, quotes, and words that wrangler removes. */
export const TRAPS = [
  "The path is C:\\new\\reports.\nThe second line. It's done.",
  "a\\r\\n stays\r\nas it is; '--' too\\n",
  "(\\n0) \\n\n'quoted', \u2028 é 中 🎉",
  "First BEGIN TRANSACTION; then COMMIT;",
  "BEGIN TRANSACTION; ".repeat(150),
];
