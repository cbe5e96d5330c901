import { Eye, EyeOff } from "lucide-react";
import type { ComponentProps } from "react";
import { readWords } from "../words/read-words.ts";

type Props = Omit<ComponentProps<"input">, "type" | "className" | "ref"> & { label: string };

/** Hidden while it is typed; the eye shows it (page-script.ts). Without a script there is no eye, and it stays hidden. */
export async function SecretInput({ label, ...input }: Props) {
  const words = await readWords();
  return (
    <div className="relative">
      <input
        {...input}
        type="password"
        data-1p-ignore
        data-lpignore="true"
        className="control control-large w-full pr-12! font-mono"
      />
      <button
        type="button"
        hidden
        data-eye
        aria-pressed={false}
        aria-label={words.say("field.show", { field: label })}
        aria-controls={input.id}
        className="group absolute inset-y-0 right-0 grid w-11 place-items-center rounded-md text-subtle hover:text-ink"
      >
        <Eye size={16} aria-hidden className="group-aria-pressed:hidden" />
        <EyeOff size={16} aria-hidden className="hidden group-aria-pressed:block" />
      </button>
    </div>
  );
}
