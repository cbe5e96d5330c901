"use client";

import { useEffect, useState } from "react";
import { readPreference, setPreference } from "../../_browser/cookie.ts";
import { Button } from "../button.tsx";
import { environmentCookie, environmentLabel } from "./environment.ts";

type Props = { environment: string; environments: readonly string[] };

/**
 * Which environment is looked at is the browser's, for all of its windows. Where another one of them switched, this one says so
 * instead of going on under another name: what somebody types here is meant for the environment that stands here.
 */
export function OtherEnvironment({ environment, environments }: Props) {
  const [chosen, setChosen] = useState(environment);
  useEffect(() => {
    const look = (): void => setChosen(readPreference(environmentCookie) ?? "production");
    look();
    window.addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [environment]);
  if (chosen === environment || !environments.includes(chosen)) return null;
  const [here, there] = [environmentLabel(environment), environmentLabel(chosen)];
  const stay = (): void => {
    setPreference(environmentCookie, environment);
    setChosen(environment);
  };
  return (
    <div
      role="alert"
      className="no-print sticky top-0 z-40 flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line bg-warn-soft px-4 py-2 text-sm md:px-6"
    >
      <p className="min-w-0 flex-[1_1_320px]">
        <span className="font-medium text-warn">Another window switched to {there}.</span> This page is of {here}, and
        nothing can be changed from it meanwhile.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" onClick={stay}>
          Back to {here}
        </Button>
        <Button variant="secondary" onClick={() => location.assign("/")}>
          Show {there}
        </Button>
      </div>
    </div>
  );
}
