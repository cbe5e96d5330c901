import type { ReactNode } from "react";
import { PageHeader } from "../../../_components/page-header.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { Tab, Tabs } from "../../../_components/tabs.tsx";

type Section = "environment" | "branding" | "api-keys" | "alarms" | "environments";

const sections: { id: Section; href: string; label: string; needs?: Parameters<typeof isPermitted>[1] }[] = [
  { id: "environment", href: "/settings", label: "Environment" },
  { id: "branding", href: "/settings/branding", label: "Branding" },
  { id: "api-keys", href: "/settings/api-keys", label: "API keys", needs: "audit:read" },
  { id: "alarms", href: "/settings/alarms", label: "Alarms", needs: "audit:read" },
  { id: "environments", href: "/settings/environments", label: "All environments" },
];

type Props = { active: Section; role: string; children?: ReactNode };

/** The head of all sections: what may not be seen has no tab. */
export function SettingsHeader({ active, role, children }: Props) {
  return (
    <>
      <PageHeader title="Settings">{children}</PageHeader>
      <Tabs label="Sections of the settings">
        {sections
          .filter(({ needs }) => needs === undefined || isPermitted(role, needs))
          .map(({ id, href, label }) => (
            <Tab key={id} href={href} isActive={id === active} current="page">
              {label}
            </Tab>
          ))}
      </Tabs>
    </>
  );
}
