import { LoaderCircle } from "lucide-react";
import { buttonClass } from "../../_components/button.tsx";

type Props = { label: string; waiting: string };

/** The one button of a form whose answer takes a moment: it says so, and can't be pressed twice (page-script.ts). */
export function SendButton({ label, waiting }: Props) {
  return (
    <button type="submit" data-waiting={waiting} className={buttonClass("primary", "large", "group")}>
      <LoaderCircle
        size={16}
        aria-hidden
        className="hidden shrink-0 group-disabled:block group-disabled:motion-safe:animate-spin"
      />
      <span aria-live="polite">{label}</span>
    </button>
  );
}
