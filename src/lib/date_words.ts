/** Formatters are made at first use: making one takes longer than the rest of a Worker's start. */
const formatter = (options: Intl.DateTimeFormatOptions) => {
  let format: Intl.DateTimeFormat | undefined;
  return (date: string): string => {
    format ??= new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options });
    return format.format(Date.parse(`${date}T00:00:00Z`));
  };
};

/** Writes a date without its year: "February 5". */
export const monthDay = formatter({ month: "long", day: "numeric" });

/** Writes a date with its year: "February 5, 2018". */
export const fullDate = formatter({ month: "long", day: "numeric", year: "numeric" });

/** Names the weekday of a date: "Friday". */
export const weekday = formatter({ weekday: "long" });
