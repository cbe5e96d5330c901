"use client";

import { useId } from "react";
import type { KeyPermission } from "#core/domain/access/permission";
import { asSentence } from "../../../../_components/as-sentence.ts";
import { Button } from "../../../../_components/button.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { allPermissions, beginnings, permissionGroups, permissionWords } from "../_parts/permission-words.ts";

type Props = {
  role: string;
  permissions: readonly KeyPermission[];
  onChange: (permissions: readonly KeyPermission[]) => void;
  wrong: string | null;
};

/** What a key may do, by what it is about. What whoever makes it may not do themselves is not offered. */
export function PermissionChoice({ role, permissions, onChange, wrong }: Props) {
  const id = useId();
  const own = allPermissions.filter((one) => isPermitted(role, one));
  const toggle = (one: KeyPermission) =>
    onChange(permissions.includes(one) ? permissions.filter((other) => other !== one) : [...permissions, one]);
  return (
    <fieldset className="min-w-0" aria-describedby={wrong === null ? undefined : `${id}-wrong`}>
      <legend className="text-sm font-medium">What it may do</legend>
      <div className="mt-2 flex flex-wrap gap-1.5">
        {[...beginnings, { label: "Everything", permissions: own }].map((beginning) => (
          <Button key={beginning.label} variant="secondary" onClick={() => onChange(beginning.permissions)}>
            {beginning.label}
          </Button>
        ))}
      </div>
      <div className="mt-3 divide-y divide-line rounded-md border border-line">
        {permissionGroups.map(({ title, permissions: some }) => {
          const offered = some.filter((one) => own.includes(one));
          if (offered.length === 0) return null;
          return (
            <fieldset key={title} className="grid gap-x-6 px-3.5 py-3 sm:grid-cols-[128px_minmax(0,1fr)]">
              <legend className="sr-only">{title}</legend>
              <span aria-hidden className="text-sm font-medium text-muted">
                {title}
              </span>
              <div className="flex min-w-0 flex-col gap-1.5">
                {offered.map((one) => {
                  const { may, beware } = permissionWords[one];
                  const isChosen = permissions.includes(one);
                  return (
                    <label
                      key={one}
                      className="grid grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 text-sm pointer-coarse:py-2"
                    >
                      <input
                        type="checkbox"
                        checked={isChosen}
                        onChange={() => toggle(one)}
                        className="mt-0.5 size-4 accent-accent"
                      />
                      <span className="flex flex-wrap items-baseline justify-between gap-x-4">
                        <span>{may}</span>
                        <code className="font-mono text-xs text-subtle">{one}</code>
                      </span>
                      {isChosen && beware !== null && <span className="col-start-2 text-xs text-warn">{beware}</span>}
                    </label>
                  );
                })}
              </div>
            </fieldset>
          );
        })}
      </div>
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="mt-1.5 text-xs font-medium text-bad">
          {asSentence(wrong)}
        </p>
      )}
    </fieldset>
  );
}
