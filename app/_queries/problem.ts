/** A problem document of the API (RFC 9457), or what stands in for one when there was no readable answer. */
export type ApiProblem = {
  status: number;
  code: string;
  title: string;
  detail: string | null;
  /** What is wrong with which field of the request; none where it is not about a field. */
  errors: { pointer: string; detail: string }[];
};

export type Answer<T> = { kind: "ok"; value: T } | { kind: "problem"; problem: ApiProblem };

/** Reads a problem from an answer that is not a success. Total: anything unreadable becomes words too. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const text = (name: string): string | null => {
    const value = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : null;
    return typeof value === "string" && value !== "" ? value : null;
  };
  return {
    status: response.status,
    code: text("code") ?? `http_${response.status}`,
    title: text("title") ?? (response.status >= 500 ? "The API could not answer" : "The request was not accepted"),
    detail: text("detail"),
    errors: readErrors(body),
  };
}

function readErrors(body: unknown): ApiProblem["errors"] {
  const errors = typeof body === "object" && body !== null ? (body as { errors?: unknown }).errors : null;
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    const { pointer, detail } = (error ?? {}) as Record<string, unknown>;
    return typeof pointer === "string" && typeof detail === "string" ? [{ pointer, detail }] : [];
  });
}

/** No answer at all: the API is down, restarting, or too slow. */
export const unreachable: ApiProblem = {
  status: 0,
  code: "api_unreachable",
  title: "The API does not answer",
  detail: "It may be restarting. This page tries again by itself.",
  errors: [],
};
