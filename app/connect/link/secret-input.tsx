"use client";

import { Eye, EyeOff } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type ComponentProps } from "react";

// Whether the page's script runs: nothing to listen to, and false while the server renders.
const never = () => () => {};
const isHere = () => true;
const isNotYet = () => false;

type Props = Omit<ComponentProps<"input">, "type" | "className" | "ref"> & { label: string };

/** Hidden while it is typed; the eye shows it. Without a script there is no eye, and it stays hidden. */
export function SecretInput({ label, ...input }: Props) {
  const ref = useRef<HTMLInputElement>(null);
  const canShow = useSyncExternalStore(never, isHere, isNotYet);
  const [isShown, setShown] = useState(false);

  useEffect(() => {
    // What leaves as plain text may be offered by the browser later.
    const hide = () => setShown(false);
    const form = ref.current?.form;
    form?.addEventListener("submit", hide);
    return () => form?.removeEventListener("submit", hide);
  }, []);

  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="relative">
      <input
        {...input}
        ref={ref}
        type={isShown ? "text" : "password"}
        data-1p-ignore
        data-lpignore="true"
        className="control control-large w-full pr-12! font-mono"
      />
      {canShow && (
        <button
          type="button"
          aria-pressed={isShown}
          aria-label={`Show ${label}`}
          aria-controls={input.id}
          onClick={() => setShown(!isShown)}
          className="absolute inset-y-0 right-0 grid w-11 place-items-center rounded-md text-subtle hover:text-ink"
        >
          <Icon size={16} aria-hidden />
        </button>
      )}
    </div>
  );
}
