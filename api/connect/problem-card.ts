import type { Context } from "hono";
import { html } from "hono/html";
import type { ProblemBody } from "../problem.ts";

/** Addresses that an end user's browser opens itself: there a problem is a page, in words for people. */
export function isForPeople(context: Context): boolean {
  const accept = context.req.header("accept") ?? "";
  return /^\/(?:connect|oauth)\//.test(context.req.path) && accept.includes("text/html");
}

/**
 * The card of the connect pages, without web: it must stand when web is down, and it says one next step. No script, no
 * resource from anywhere; the one style sheet is allowed by its nonce.
 */
export async function problemCard(problem: ProblemBody, nonce: string): Promise<{ body: string; policy: string }> {
  const { title, step } = wordsFor(problem);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style nonce="${nonce}">
          :root {
            color-scheme: light dark;
            --ground: #fafafa;
            --card: #fff;
            --line: #e4e4e7;
            --text: #18181b;
            --muted: #52525b;
          }
          @media (prefers-color-scheme: dark) {
            :root {
              --ground: #09090b;
              --card: #111113;
              --line: #27272a;
              --text: #fafafa;
              --muted: #a1a1aa;
            }
          }
          body {
            margin: 0;
            min-height: 100dvh;
            display: grid;
            place-items: center;
            background: var(--ground);
            color: var(--text);
            font:
              14px/22px ui-sans-serif,
              system-ui,
              sans-serif;
          }
          main {
            box-sizing: border-box;
            width: calc(100% - 32px);
            max-width: 420px;
            padding: 32px;
            margin: 16px;
            background: var(--card);
            border: 1px solid var(--line);
            border-radius: 12px;
          }
          h1 {
            margin: 0 0 8px;
            font-size: 20px;
            line-height: 28px;
          }
          p {
            margin: 0 0 8px;
            color: var(--muted);
          }
          small {
            display: block;
            margin-top: 16px;
            font:
              12px/16px ui-monospace,
              monospace;
            color: var(--muted);
            overflow-wrap: anywhere;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${problem.detail}</p>
          <p>${step}</p>
          <small>${problem.instance.replace("urn:evergrant:request:", "")}</small>
        </main>
      </body>
    </html>`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { body: String(await page), policy };
}

function wordsFor(problem: ProblemBody): { readonly title: string; readonly step: string } {
  if (problem.code === "rate_limited") {
    return { title: "One moment, please", step: "Nothing was changed. Wait a minute, then open the link again." };
  }
  if (problem.status >= 500) {
    return {
      title: "This did not work just now",
      step: "Nothing was changed. Open the link that you were given again in a minute.",
    };
  }
  return {
    title: "This can't be continued",
    step: "Open the link that you were given again, in this browser, and start over.",
  };
}
