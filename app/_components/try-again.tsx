"use client";

import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Button } from "./button.tsx";

/** Asks for the page again, in place. */
export function TryAgain({ onRetry }: { onRetry?: () => void }) {
  const router = useRouter();
  const [isPending, startTransition] = useTransition();
  return (
    <Button
      onClick={() =>
        startTransition(() => {
          router.refresh();
          onRetry?.();
        })
      }
    >
      <RotateCw size={14} aria-hidden className={isPending ? "animate-spin" : ""} />
      Try again
    </Button>
  );
}
