"use client";

import { roleNames, roleWords, type RoleName } from "./role-words.ts";

type Props = { value: RoleName; onChange: (role: RoleName) => void };

/** One role of the four, each with what it may. */
export function RoleChoice({ value, onChange }: Props) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">Role</legend>
      <div className="flex flex-col gap-1">
        {roleNames.map((name) => (
          // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- its text is the two lines below
          <label
            key={name}
            className="flex cursor-pointer items-start gap-2.5 rounded-md border border-line px-3 py-2 text-sm has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="role"
              value={name}
              checked={value === name}
              onChange={() => onChange(name)}
              className="mt-0.5 accent-accent"
            />
            <span>
              <span className="block font-medium">{roleWords[name].label}</span>
              <span className="block text-muted">{roleWords[name].may}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
