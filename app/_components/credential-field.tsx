"use client";

import { useId, type ComponentProps, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

type Props = Omit<ComponentProps<"input">, "id" | "className"> & {
  label: ReactNode;
  /** Why what was typed was not accepted, as the API words it: “must be …”. */
  fault?: string | undefined;
  isLarge?: boolean;
};

/** A line for who somebody is: email, name, password. What is wrong with it stands beside its name, not in it. */
export function CredentialField({ label, fault, isLarge = false, ...input }: Props) {
  const id = useId();
  const faultId = `${id}-fault`;
  return (
    <div className="flex flex-col gap-1.5 text-sm">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <input
        {...input}
        id={id}
        required
        aria-invalid={fault === undefined ? undefined : true}
        aria-describedby={fault === undefined ? undefined : faultId}
        className={classNames("control w-full", isLarge ? "control-large" : "")}
      />
      {fault !== undefined && (
        <p id={faultId} role="alert" className="wrap-anywhere text-bad">
          It {fault}.
        </p>
      )}
    </div>
  );
}
