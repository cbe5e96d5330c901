import { readFile } from "node:fs/promises";
import type { Context } from "hono";
import { DomainError, problemCodes, type ProblemCode } from "#core/domain/problem/domain-error";
import { answerPage } from "./pages/documentation-page.ts";
import { renderMarkdown } from "./pages/markdown.ts";
import { titles } from "./problem.ts";

/** The documentation page that the `type` of a problem opens: docs/problems/<code>.md, as it is written, or as a page for browsers. */
export async function problemPage(context: Context): Promise<Response> {
  const code = context.req.param("code") ?? "";
  if (!Object.hasOwn(problemCodes, code)) {
    throw new DomainError("not_found", { detail: "There is no such problem code." });
  }
  const text = await readFile(new URL(`../docs/problems/${code}.md`, import.meta.url), "utf8");
  const accept = context.req.header("accept") ?? "";
  if (accept.includes("text/html") && !accept.includes("text/markdown")) {
    return await answerPage(context, {
      title: `${titles[code as ProblemCode]} · Evergrant`,
      where: "Problems",
      style:
        "main { padding: 40px 24px 96px; max-width: 800px; margin: 0 auto; } @media (max-width: 640px) { main { padding: 24px 16px 64px; } } main h2 { font-size: 16px; line-height: 24px; }",
      body: `<main><article class="prose">${renderMarkdown(text)}</article></main>`,
    });
  }
  return new Response(text, {
    headers: {
      "content-type": "text/markdown; charset=utf-8",
      "cache-control": "public, max-age=3600",
      vary: "accept",
    },
  });
}
