/** The times that the overview looks back over, and how a sentence names them. */
export const windows = {
  "1h": { label: "1 h", words: "the last hour" },
  "24h": { label: "24 h", words: "the last 24 hours" },
  "7d": { label: "7 days", words: "the last 7 days" },
  "30d": { label: "30 days", words: "the last 30 days" },
} as const;

export type Window = keyof typeof windows;
export const usualWindow: Window = "24h";

export function readWindow(parameter: string | string[] | undefined): Window {
  return typeof parameter === "string" && Object.hasOwn(windows, parameter) ? (parameter as Window) : usualWindow;
}

export function windowHref(window: Window): string {
  return window === usualWindow ? "/" : `/?window=${window}`;
}
