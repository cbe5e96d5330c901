"use client";

import { LoaderCircle } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { buttonClass } from "../../_components/button.tsx";

type Props = { label: string; waiting: string };

/** The one button of a form whose answer takes a moment: it says so, and can't be pressed twice. */
export function SendButton({ label, waiting }: Props) {
  const ref = useRef<HTMLButtonElement>(null);
  const [isSending, setSending] = useState(false);

  useEffect(() => {
    const form = ref.current?.form;
    const send = () => setSending(true);
    // The page may come back from the browser's memory as it was left.
    const rest = () => setSending(false);
    form?.addEventListener("submit", send);
    window.addEventListener("pageshow", rest);
    return () => {
      form?.removeEventListener("submit", send);
      window.removeEventListener("pageshow", rest);
    };
  }, []);

  return (
    <button ref={ref} type="submit" disabled={isSending} className={buttonClass("primary", "large")}>
      {isSending && <LoaderCircle size={16} aria-hidden className="motion-safe:animate-spin" />}
      <span aria-live="polite">{isSending ? waiting : label}</span>
    </button>
  );
}
