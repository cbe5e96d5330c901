"use client";

import { Eye, EyeOff } from "lucide-react";
import { useId, useState, type ComponentProps } from "react";

type Props = Omit<ComponentProps<"input">, "id" | "type" | "className"> & { label: string; help: string };

/** A secret to type or paste: hidden unless the eye is pressed, and kept out of password managers. */
export function SecretField({ label, help, ...input }: Props) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {input.required !== true && <span className="font-normal text-subtle"> (optional)</span>}
      </label>
      <div className="relative">
        <input
          {...input}
          id={id}
          type={isShown ? "text" : "password"}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-1p-ignore
          data-lpignore="true"
          aria-describedby={`${id}-help`}
          className="control w-full pr-10! font-mono"
        />
        <button
          type="button"
          aria-pressed={isShown}
          aria-label="Show what is typed"
          aria-controls={id}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 right-0 grid w-9 place-items-center rounded-md text-subtle hover:text-ink pointer-coarse:w-11"
        >
          <Icon size={16} aria-hidden />
        </button>
      </div>
      <p id={`${id}-help`} className="text-xs text-subtle">
        {help}
      </p>
    </div>
  );
}
