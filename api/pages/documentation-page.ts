import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { html, raw } from "hono/html";
import { pageStyle } from "./page-style.ts";

export interface Page {
  readonly title: string;
  /** What stands beside the name of the product. */
  readonly where: string;
  /** Beside the look that all pages share. */
  readonly style?: string;
  readonly body: string;
}

const themes = new Set(["light", "dark"]);

/**
 * A page of the documentation, as api serves it by itself: no script, and one style sheet that is allowed by its nonce. It stands
 * when web is down, and no resource of it comes from anywhere.
 */
export async function answerPage(context: Context, page: Page): Promise<Response> {
  const nonce = randomBytes(16).toString("base64");
  const chosen = getCookie(context, "evergrant_theme") ?? "";
  const theme = themes.has(chosen) ? chosen : "system";
  const text = await html`<!doctype html>
    <html lang="en" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title}</title>
        <style nonce="${nonce}">
          ${raw(pageStyle)}${raw(page.style ?? "")}
        </style>
      </head>
      <body>
        <header class="bar">
          <a class="home" href="/api/v1/reference"> ${raw(logo)} Evergrant <span class="where">${page.where}</span> </a>
          <nav aria-label="Documentation">
            <a href="/api/v1/reference">Reference</a>
            <a class="minor" href="/api/v1/openapi.json">OpenAPI</a>
            <a href="/">Dashboard</a>
          </nav>
        </header>
        ${raw(page.body)}
      </body>
    </html>`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return new Response(String(text), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      // The theme is the visitor's own.
      "cache-control": "private, max-age=300",
      vary: "accept, cookie",
    },
  });
}

const logo = `<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><path d="M10 1.5 16 9H4z" fill="currentColor"/><path d="M10 6.5 18 16H2z" fill="currentColor" opacity="0.55"/><rect x="9" y="16" width="2" height="3" rx="0.5" fill="currentColor"/></svg>`;
