/** Made when first asked for: to make one takes longer than all else that a Worker does as it starts. */
const inWords = (options: Intl.DateTimeFormatOptions) => {
  let format: Intl.DateTimeFormat | undefined;
  return (date: string): string => {
    format ??= new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options });
    return format.format(Date.parse(`${date}T00:00:00Z`));
  };
};

/** A date without its year: "February 5". */
export const monthDay = inWords({ month: "long", day: "numeric" });

/** A date with its year: "February 5, 2018". */
export const fullDate = inWords({ month: "long", day: "numeric", year: "numeric" });

/** The name of a date's weekday: "Friday". */
export const weekday = inWords({ weekday: "long" });

/**
 * UTC milliseconds as Status Hero writes instants, in whole seconds: "2018-02-05T15:00:00Z". Its clients may read them by
 * a pattern that knows no fraction.
 */
export const wholeSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
