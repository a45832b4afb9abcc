/** The addresses of the console: the first part of the path of each page. Today is at `/`. */
export const CONSOLE_PAGES = [
  "campaigns",
  "rehearsal",
  "orders",
  "deliveries",
  "reports",
  "follow-up",
  "next",
  "settings",
] as const;
export type ConsolePage = (typeof CONSOLE_PAGES)[number];
