"use client";

import { ImageUp } from "lucide-react";
import { useId, useRef, useState } from "react";
import { asSentence } from "../../../_components/as-sentence.ts";
import { Button } from "../../../_components/button.tsx";
import { logoFault, logoTypes } from "./brand-draft.ts";

type Props = { logo: string | null; onChange: (logo: string | null) => void; refused: string | null };

/** The product's mark: chosen or dropped here, sent with the rest. */
export function LogoField({ logo, onChange, refused }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const wrong = fault ?? (refused === null ? null : asSentence(refused));

  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    const found = logoFault(file);
    setFault(found);
    if (found === null) onChange(await readAsDataUrl(file));
  };

  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        Logo <span className="font-normal text-subtle">(optional)</span>
      </label>
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer.files[0]);
        }}
        className={`flex flex-wrap items-center gap-4 rounded-md border p-3 ${isOver ? "border-accent bg-accent-soft" : "border-line-strong"}`}
      >
        {logo === null ? (
          <span
            aria-hidden
            className="grid size-14 shrink-0 place-items-center rounded-[14px] border border-dashed border-line-strong text-subtle"
          >
            <ImageUp size={20} />
          </span>
        ) : (
          // oxlint-disable-next-line next/no-img-element -- small, and of this browser's own making
          <img
            src={logo}
            alt="The logo"
            className="size-14 shrink-0 rounded-[14px] border border-line bg-white object-contain"
          />
        )}
        <div className="flex min-w-0 flex-1 flex-wrap gap-2">
          <Button onClick={() => input.current?.click()}>
            {logo === null ? "Choose a picture" : "Choose another"}
          </Button>
          {logo !== null && (
            <Button
              variant="ghost"
              onClick={() => {
                setFault(null);
                onChange(null);
              }}
            >
              Take it away
            </Button>
          )}
        </div>
        <input
          ref={input}
          id={id}
          type="file"
          tabIndex={-1}
          accept={logoTypes.join(",")}
          aria-describedby={`${wrong === null ? "" : `${id}-wrong `}${id}-help`}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
          className="sr-only"
        />
      </div>
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="text-xs font-medium wrap-anywhere text-bad">
          {wrong}
        </p>
      )}
      <p id={`${id}-help`} className="text-xs text-subtle">
        PNG, JPEG or WebP of at most 64 KB and 1024 × 1024 points. It stands on white in both themes; a square with a
        little air looks best.
      </p>
    </div>
  );
}

function readAsDataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(typeof reader.result === "string" ? reader.result : ""));
    reader.addEventListener("error", () => reject(new Error("the file can't be read")));
    reader.readAsDataURL(file);
  });
}
