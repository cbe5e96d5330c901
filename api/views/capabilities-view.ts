import type { ModelCapabilities } from "#core/domain/unified/capabilities";
import type { ModelCapabilitiesView } from "../schemas/unified.ts";

export function toCapabilitiesView({
  customFields,
  maxLimit,
  operations,
  ...one
}: ModelCapabilities): ModelCapabilitiesView {
  return {
    ...one,
    operations: [...operations],
    filters: [...one.filters],
    sorts: [...one.sorts],
    custom_fields: customFields,
    max_limit: maxLimit,
  };
}
