import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Context } from "hono";
import { html } from "hono/html";
import type { Language } from "#core/domain/connect/language";
import type { ProblemBody } from "../problem.ts";
import { securityHeaders } from "../security-headers.ts";
import type { NamedProduct } from "./find-product.ts";
import { cardWords, type CardReason } from "./problem-card-words.ts";

/** Addresses that an end user's browser opens itself: there a problem is a page, in words for people. */
export function isForPeople(context: Context): boolean {
  const accept = context.req.header("accept") ?? "";
  return /^\/(?:connect|oauth)\//.test(context.req.path) && accept.includes("text/html");
}

/**
 * The card of the connect pages, without web: it must stand when web is down, and it says one next step. No script, and of
 * resources only the product's logo and the pages' icon, lest the browser ask for one that is not there; the one style sheet is
 * allowed by its nonce.
 *
 * @param reference what the operator finds it by; null: nothing was logged of it
 * @param product whose customer is looking; null: nobody knows
 */
export async function problemCard(
  problem: { readonly status: number; readonly reason: CardReason | null; readonly reference: string | null },
  { language, product }: { readonly language: Language; readonly product: NamedProduct | null },
): Promise<{ readonly body: string; readonly headers: Readonly<Record<string, string>> }> {
  const { later, over, reasons, questions } = cardWords[language];
  const { title, step } = problem.status >= 500 || problem.status === 429 ? later : over;
  const nonce = randomBytes(16).toString("base64");
  const page = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="/icon.svg" />
        <title>${title}</title>
        <style nonce="${nonce}">
          :root {
            color-scheme: light dark;
            --ground: #fafafa;
            --card: #fff;
            --line: #e4e4e7;
            --text: #18181b;
            --muted: #52525b;
            --accent: ${product?.accent?.light.ink ?? "#007c59"};
          }
          @media (prefers-color-scheme: dark) {
            :root {
              --ground: #0c0c0e;
              --card: #121215;
              --line: #27272a;
              --text: #fafafa;
              --muted: #a1a1aa;
              --accent: ${product?.accent?.dark.ink ?? "#4bc899"};
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
          header {
            display: flex;
            align-items: center;
            gap: 12px;
            margin-bottom: 24px;
            font-weight: 600;
            overflow-wrap: anywhere;
          }
          header > span {
            min-width: 0;
          }
          header > :first-child {
            box-sizing: border-box;
            flex: none;
            width: 40px;
            height: 40px;
            border-radius: 10px;
          }
          img {
            border: 1px solid var(--line);
            background: #fff;
            object-fit: contain;
          }
          i {
            display: grid;
            place-items: center;
            background: var(--accent);
            color: var(--card);
            font-style: normal;
          }
          a {
            color: var(--accent);
          }
          :focus-visible {
            outline: 2px solid var(--accent);
            outline-offset: 2px;
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
          :lang(ja) {
            line-break: strict;
            word-break: auto-phrase;
          }
          :lang(de) {
            hyphens: auto;
          }
        </style>
      </head>
      <body>
        <main>
          ${product === null ? "" : sender(product)}
          <h1>${title}</h1>
          ${problem.reason === null ? "" : html`<p>${reasons[problem.reason]}</p>`}
          <p>${step}</p>
          ${product?.support == null ? "" : help(questions, product.support)}
          ${problem.reference === null ? "" : html`<small>${problem.reference}</small>`}
        </main>
      </body>
    </html>`;
  const policy = `default-src 'none'; img-src 'self'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return {
    body: String(await page),
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-language": language,
      "content-security-policy": policy,
      "cache-control": "no-store",
      vary: "accept, accept-language, cookie",
    },
  };
}

function sender({ name, logo }: NamedProduct) {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0]?.toUpperCase() ?? "?";
  const mark = logo === null ? html`<i aria-hidden="true">${letter}</i>` : html`<img src="${logo}" alt="" />`;
  return html`<header>${mark}<span>${name}</span></header>`;
}

function help(questions: string, support: string) {
  const isEmail = /^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/.test(support);
  const href = isEmail ? `mailto:${support}` : /^https?:\/\//.test(support) ? support : null;
  const way = href === null ? support : html`<a href="${href}" rel="noreferrer">${support}</a>`;
  const [before, after] = questions.split("{support}");
  return html`<p>${before}${way}${after}</p>`;
}

/** What a problem is to somebody who only followed a link. Null: nothing that would mean anything to them. */
export function cardReason({ status, code }: Pick<ProblemBody, "status" | "code">, path: string): CardReason | null {
  if (status >= 500) return "ours";
  switch (code) {
    case "invalid_request":
      return path.startsWith("/oauth/") ? "stale" : "unreadable";
    case "rate_limited":
      return "too_often";
    case "forbidden":
      return "foreign";
    case "payload_too_large":
      return "too_large";
    case "not_found":
      return "nothing";
    default:
      return null;
  }
}

/** The card on node's own response, where web is away. */
export async function answerCard(
  response: ServerResponse,
  status: number,
  reader: Parameters<typeof problemCard>[1],
): Promise<void> {
  const card = await problemCard({ status, reason: "ours", reference: null }, reader);
  response.writeHead(status, { ...securityHeaders, ...card.headers, "retry-after": "2" });
  response.end(card.body);
}
