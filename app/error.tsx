"use client";

import { CloudOff } from "lucide-react";
import { useRouter } from "next/navigation";
import { startTransition, useEffect } from "react";
import { PlainPage } from "./_components/plain-page.tsx";
import { TryAgain } from "./_components/try-again.tsx";

const retryMs = 5000;

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.hidden) return;
      startTransition(() => {
        router.refresh();
        reset();
      });
    }, retryMs);
    return () => clearInterval(timer);
  }, [router, reset]);

  return (
    <PlainPage icon={CloudOff} title="This page could not be shown">
      <title>Error · Evergrant</title>
      <p>It is not your doing, and nothing was changed. The page tries again by itself.</p>
      {error.digest !== undefined && (
        <p className="text-xs">
          Reference for the log of <span className="font-mono">web</span>:{" "}
          <code className="font-mono">{error.digest}</code>
        </p>
      )}
      <TryAgain onRetry={reset} />
    </PlainPage>
  );
}
