import type { Caller } from "#core/domain/access/permission";
import { DomainError, type FieldError } from "#core/domain/problem/domain-error";
import { escapePointer } from "#core/domain/text/scan-json";
import { isJsonObject } from "#core/domain/unified/json-object";

/**
 * Where an account's mapping sends calls of the unified API is any address below its provider's base: to say it is to call that, with
 * the customer's credentials. So it is for whoever may call it anyway (`proxy`), or write definitions.
 *
 * @param overrides as they were sent
 * @throws DomainError forbidden, naming what it needs and where
 */
export function refuseEndpointOverrides({ permissions }: Pick<Caller, "permissions">, overrides: unknown): void {
  if (permissions.has("proxy") || permissions.has("integrations:write")) return;
  const errors = endpointsIn(overrides);
  if (errors.length === 0) return;
  throw new DomainError("forbidden", {
    detail:
      "To change where calls of the unified API go for an account needs the permission proxy (or integrations:write), which lets the same be called. Fields can be changed without.",
    errors,
    extensions: { permission: "proxy" },
  });
}

function endpointsIn(overrides: unknown): FieldError[] {
  const unified = isJsonObject(overrides) ? overrides["unified"] : null;
  if (!isJsonObject(unified)) return [];
  return Object.entries(unified).flatMap(([category, models]) =>
    Object.entries(isJsonObject(models) ? models : {}).flatMap(([model, mapping]) =>
      isJsonObject(mapping) && Object.hasOwn(mapping, "endpoints")
        ? [
            {
              pointer: `/overrides/unified/${escapePointer(category)}/${escapePointer(model)}/endpoints`,
              detail: "needs the permission proxy",
            },
          ]
        : [],
    ),
  );
}
