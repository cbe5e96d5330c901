"use client";

import { useRouter } from "next/navigation";
import { setPreference } from "../../../_browser/cookie.ts";
import { Button } from "../../../_components/button.tsx";
import { firstRunCookie } from "../../../_components/first-run-cookie.ts";

/** Takes the guide from the overview of this browser. It stays in the menu. */
export function LeaveGuide({ environment, isOver }: { environment: string; isOver: boolean }) {
  const router = useRouter();
  return (
    <Button
      variant={isOver ? "primary" : "ghost"}
      title="It stays in the menu of your account"
      onClick={() => {
        setPreference(firstRunCookie(environment), "skipped");
        router.refresh();
      }}
    >
      {isOver ? "Done" : "Skip"}
    </Button>
  );
}

/** From now on the guide stays until its end, also when there is an account. */
export function beginGuide(environment: string): void {
  setPreference(firstRunCookie(environment), "begun");
}
