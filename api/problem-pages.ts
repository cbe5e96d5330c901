import { readFile } from "node:fs/promises";
import type { Context } from "hono";
import { DomainError, problemCodes } from "#core/domain/problem/domain-error";

/** The documentation page that the `type` of a problem opens: docs/problems/<code>.md, as it is written. */
export async function problemPage(context: Context): Promise<Response> {
  const code = context.req.param("code") ?? "";
  if (!Object.hasOwn(problemCodes, code)) {
    throw new DomainError("not_found", { detail: "There is no such problem code." });
  }
  const text = await readFile(new URL(`../docs/problems/${code}.md`, import.meta.url), "utf8");
  return context.text(text, 200, { "cache-control": "public, max-age=3600" });
}
