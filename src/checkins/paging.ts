/** A page of a list: `page` counts from 1, `size` is how many items a page holds. */
export type Page = { page: number; size: number };

/** Returns how many items come before a page. */
export const offsetOf = ({ page, size }: Page): number => (page - 1) * size;
