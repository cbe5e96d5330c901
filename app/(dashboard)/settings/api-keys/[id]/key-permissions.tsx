import { Check, TriangleAlert } from "lucide-react";
import type { ApiKeyView } from "#api/schemas/api-key";
import { permissionGroups, permissionWords } from "../_parts/permission-words.ts";

/** What a key may do, in words, by what it is about. */
export function KeyPermissions({ permissions }: Pick<ApiKeyView, "permissions">) {
  const groups = permissionGroups
    .map((group) => ({ ...group, permissions: group.permissions.filter((one) => permissions.includes(one)) }))
    .filter((group) => group.permissions.length > 0);
  return (
    <div className="card divide-y divide-line text-sm">
      {groups.map(({ title, permissions: some }) => (
        <div key={title} className="px-4 py-3">
          <h3 className="text-xs font-medium text-subtle">{title}</h3>
          <ul className="mt-1.5 space-y-1.5">
            {some.map((one) => {
              const { may, beware } = permissionWords[one];
              const Icon = beware === null ? Check : TriangleAlert;
              return (
                <li key={one} className="flex gap-2.5">
                  <Icon
                    size={14}
                    aria-hidden
                    className={`mt-[3px] shrink-0 ${beware === null ? "text-good" : "text-warn"}`}
                  />
                  <span className="min-w-0 flex-1">
                    <span className="flex flex-wrap items-baseline justify-between gap-x-4">
                      {may}
                      <code className="font-mono text-xs text-subtle">{one}</code>
                    </span>
                    {beware !== null && <span className="block text-muted">{beware}</span>}
                  </span>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </div>
  );
}
