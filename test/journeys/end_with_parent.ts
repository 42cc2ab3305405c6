/** Loaded into wrangler before its own code: ends its process group when the process that started it ends for any reason. */
process.once("disconnect", () => process.kill(0, "SIGTERM"));
