"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button.tsx";

type Props = { text: string; label: string; showLabel?: boolean };

/** Copies a text and says so. `label` names what is copied, e.g. "Copy account id". */
export function CopyButton({ text, label, showLabel = false }: Props) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copyAndSay = async () => {
    setCopied(await copy(text));
  };
  const Icon = isCopied ? Check : Copy;
  const words = isCopied ? "Copied" : label;
  return (
    <>
      <Button
        variant={showLabel ? "secondary" : "ghost"}
        size={showLabel ? "normal" : "icon-small"}
        aria-label={label}
        title={words}
        onClick={() => void copyAndSay()}
      >
        <Icon size={14} aria-hidden className={isCopied ? "text-good" : ""} />
        {showLabel && (isCopied ? "Copied" : "Copy")}
      </Button>
      <output className="sr-only">{isCopied ? "Copied" : ""}</output>
    </>
  );
}

/** The clipboard API is missing on plain http off this machine; the old way works there. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}
