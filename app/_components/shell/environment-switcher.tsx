"use client";

import { Menu } from "@base-ui/react/menu";
import { Check, ChevronsUpDown } from "lucide-react";
import { usePathname, useRouter } from "next/navigation";
import { setPreference } from "../../_browser/cookie.ts";
import { classNames } from "../class-names.ts";
import { environmentCookie, environmentLabel } from "./environment.ts";
import { menuItem, menuPopup } from "./menu-classes.ts";

type Props = { environment: string; environments: string[] };

/** Which environment this browser looks at. Lists go on in the other one; what they list exists only in its own. */
export function EnvironmentSwitcher({ environment, environments }: Props) {
  const router = useRouter();
  const pathname = usePathname();

  const choose = (chosen: string) => {
    if (chosen === environment) return;
    setPreference(environmentCookie, chosen);
    router.replace(listAfterSwitch(pathname));
    router.refresh();
  };

  return (
    <Menu.Root>
      <Menu.Trigger className="flex h-8 w-full items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-sm font-medium hover:bg-sunken data-popup-open:bg-sunken pointer-coarse:h-11">
        <EnvironmentDot environment={environment} />
        <span className="sr-only">Environment: </span>
        <span className="min-w-0 flex-1 truncate text-left">{environmentLabel(environment)}</span>
        <ChevronsUpDown size={14} aria-hidden className="text-subtle" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner positionMethod="fixed" sideOffset={4} align="start" className="z-50 outline-none">
          <Menu.Popup className={classNames(menuPopup, "min-w-[208px]")}>
            <Menu.RadioGroup value={environment} onValueChange={choose}>
              {environments.map((name) => (
                <Menu.RadioItem key={name} value={name} closeOnClick className={menuItem}>
                  <EnvironmentDot environment={name} />
                  <span className="flex-1">{environmentLabel(name)}</span>
                  <Menu.RadioItemIndicator>
                    <Check size={14} aria-hidden className="text-accent" />
                  </Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

const lists = [
  "/accounts",
  "/webhooks/events",
  "/webhooks",
  "/approvals",
  "/keys",
  "/settings/api-keys",
  "/settings/branding",
  "/settings/alarms",
  "/settings/environments",
  "/settings",
];

/** The page to look at in another environment: what it lists is another thing there, and single things are not there. */
export function listAfterSwitch(pathname: string): string {
  return lists.find((list) => pathname === list || pathname.startsWith(`${list}/`)) ?? "/";
}

function EnvironmentDot({ environment }: { environment: string }) {
  return (
    <span
      aria-hidden
      className={classNames(
        "size-2 shrink-0 rounded-full",
        environment === "production" ? "bg-accent" : "bg-warn-solid",
      )}
    />
  );
}
