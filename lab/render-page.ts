import { html, raw } from "hono/html";
import { pageStyle } from "./page-style.ts";

export type Html = ReturnType<typeof html>;

const icon =
  "data:image/svg+xml," +
  encodeURIComponent(
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='#4338ca'/><path d='M4.2 12 8 4l3.8 8M5.6 9.4h4.8' stroke='#fff' stroke-width='1.6' fill='none'/></svg>",
  );

/** The frame of every page of the lab. `isNarrow` is for the pages that ask one question; `refreshSeconds` for one that updates itself. */
export function renderPage(input: {
  title: string;
  isNarrow?: boolean;
  refreshSeconds?: number | null;
  body: Html;
}): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${
          input.refreshSeconds === undefined || input.refreshSeconds === null
            ? ""
            : html`<meta http-equiv="refresh" content="${input.refreshSeconds}" />`
        }
        <title>${input.title} · Acme CRM (Lab)</title>
        <link rel="icon" href="${icon}" />
        <style>
          ${raw(pageStyle)}
        </style>
      </head>
      <body>
        <header>
          <a class="brand" href="/"><img src="${icon}" alt="" width="24" height="24" />Acme CRM</a>
          <span class="lab">Lab</span>
        </header>
        <main class="${input.isNarrow === true ? "narrow" : ""}">${input.body}</main>
        <footer>A made-up product with a real authorization server. It belongs to the Evergrant demo.</footer>
      </body>
    </html>`;
}

export function initialsOf(name: string): string {
  return name
    .split(" ")
    .map((word) => word[0] ?? "")
    .join("")
    .slice(0, 2);
}
