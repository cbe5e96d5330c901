import type { CatalogueEntry } from "../../../../_queries/catalogue.ts";
import { readRole } from "../../../../_queries/session.ts";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { Monogram } from "../../../../_components/monogram.tsx";
import { StatusIcon } from "../../../../_components/status-icon.tsx";
import { toneClasses } from "../../../../_components/status.ts";
import { Tab, Tabs } from "../../../../_components/tabs.tsx";
import { formatWords } from "../../_parts/format-words.ts";
import { stateOf } from "../../_parts/state-of.ts";

const parts = [
  { part: "", label: "Health and client" },
  { part: "/values", label: "Values" },
  { part: "/definition", label: "Definition" },
  { part: "/mapping", label: "Mapping" },
  { part: "/check", label: "Check" },
] as const;

export type IntegrationPart = (typeof parts)[number]["part"];

/** Which integration this is, how it stands in a word, and the pages about it. */
export async function IntegrationHeader({ entry, active }: { entry: CatalogueEntry; active: IntegrationPart }) {
  const { name, label, category, format, origin, unified } = entry;
  const mayWrite = isPermitted(await readRole(), "integrations:write");
  // Where there is none, it is something for whoever may make one.
  const shown = parts.filter(({ part }) => part !== "/mapping" || unified.length > 0 || (mayWrite && format !== null));
  const { tone, icon, words } = stateOf(entry);
  const about = [
    formatWords(format),
    category,
    origin === "environment" ? "defined in this environment" : "from the catalogue",
  ].filter((part) => part !== null);
  return (
    <>
      <Breadcrumb steps={[{ href: "/integrations", label: "Integrations" }]} />
      <header className="mb-4 flex min-w-0 items-start gap-3">
        <span className="mt-0.5">
          <Monogram name={label} size="medium" />
        </span>
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{label}</h1>
            <span
              className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-medium ${toneClasses[tone].soft} ${toneClasses[tone].text}`}
            >
              <StatusIcon name={icon} className={toneClasses[tone].text} />
              {words}
            </span>
          </div>
          <p className="flex flex-wrap items-center gap-x-4 text-sm text-muted">
            <span className="wrap-anywhere">{about.join(" · ")}</span>
            <span className="inline-flex items-center gap-1">
              <code className="font-mono text-xs">{name}</code>
              <CopyButton text={name} label="Copy the integration's name" />
            </span>
          </p>
        </div>
      </header>
      <Tabs label={`Pages about ${label}`}>
        {shown.map(({ part, label: words }) => (
          <Tab key={part} href={`/integrations/${name}${part}`} isActive={active === part} current="page">
            {words}
          </Tab>
        ))}
      </Tabs>
    </>
  );
}
