import { z } from "@hono/zod-openapi";
import type { FieldError } from "#core/domain/problem/domain-error";
import { connectLinkSchema, type ConnectLinkView } from "../schemas/connect.ts";

/** More than a browser keeps in a cookie for certain, with its name and attributes: then the page says only which fields. */
const mostCharacters = 3000;

/** The fields of the view hold for the cookie, since it becomes one; it is the browser's own, so nothing in it is believed. */
const cookieSchema = z.object({ link: z.string(), attempt: connectLinkSchema.shape.attempt.unwrap() });

/**
 * What was typed into a form that leads to a provider, for the page that asks for it again. None of it is a secret, and none of it
 * was tried: so it needs no row, and stays with the browser. Null where it can't be kept.
 */
export function sealTyped(typed: {
  readonly link: string;
  readonly integrationName: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}): string | null {
  const attempt: NonNullable<ConnectLinkView["attempt"]> = {
    integration_name: typed.integrationName,
    typed: { ...typed.inputs },
    code: "invalid",
    detail: null,
    fields: typed.errors
      .filter(({ pointer }) => pointer.startsWith("/inputs/"))
      .map(({ pointer, detail, fault = null }) => ({ name: pointer.slice("/inputs/".length), message: detail, fault })),
  };
  const value = Buffer.from(JSON.stringify({ link: typed.link, attempt })).toString("base64url");
  return value.length > mostCharacters || attempt.fields.length === 0 ? null : value;
}

/** Null where there is none, it can't be read, or it belongs to another link. */
export function openTyped(value: string | null, linkId: string): ConnectLinkView["attempt"] {
  if (value === null || value.length > mostCharacters) return null;
  try {
    const read = cookieSchema.safeParse(JSON.parse(Buffer.from(value, "base64url").toString("utf8")));
    return read.success && read.data.link === linkId ? read.data.attempt : null;
  } catch {
    return null;
  }
}
