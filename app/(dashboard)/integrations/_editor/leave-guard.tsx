"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Button, buttonClass } from "../../../_components/button.tsx";

/** While there is something that is not saved: the browser asks before the page is left, and so do we before a link is followed. */
export function LeaveGuard({ isDirty }: { isDirty: boolean }) {
  const router = useRouter();
  const [target, setTarget] = useState<string | null>(null);
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    const catchLink = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!(link instanceof HTMLAnchorElement) || link.target === "_blank" || link.origin !== location.origin) return;
      // A place on this very page is no way out of it.
      if (link.hash !== "" && link.pathname === location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTarget(link.pathname + link.search + link.hash);
    };
    addEventListener("beforeunload", ask);
    document.addEventListener("click", catchLink, { capture: true });
    return () => {
      removeEventListener("beforeunload", ask);
      document.removeEventListener("click", catchLink, { capture: true });
    };
  }, [isDirty]);
  return (
    <AlertDialog.Root open={target !== null} onOpenChange={(open) => open || setTarget(null)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop z-40" />
        <AlertDialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup className="popup w-full max-w-[440px] p-5 outline-none">
            <AlertDialog.Title className="text-lg font-semibold">Leave without saving?</AlertDialog.Title>
            <AlertDialog.Description className="mt-1 text-muted">
              What you changed in the definition is nowhere else.
            </AlertDialog.Description>
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <AlertDialog.Close className={buttonClass("secondary")}>Stay here</AlertDialog.Close>
              <Button
                variant="danger"
                onClick={() => {
                  setTarget(null);
                  if (target !== null) router.push(target);
                }}
              >
                Leave
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
