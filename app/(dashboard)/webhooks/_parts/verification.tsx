import { CodeBlock } from "../../../_components/code-block.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { Tab, Tabs } from "../../../_components/tabs.tsx";
import { snippetLanguages, snippets, type SnippetLanguage } from "./snippets.ts";

type Props = { language: SnippetLanguage; hrefOf: (language: SnippetLanguage) => string };

/** How the receiver knows that a delivery is ours, in the language of its choice. */
export function Verification({ language, hrefOf }: Props) {
  const { label, install, code } = snippets[language];
  return (
    <div className="card overflow-hidden">
      <div className="px-4 [&>nav]:-mx-4 [&>nav]:px-4">
        <Tabs label="Language of the example">
          {snippetLanguages.map((one) => (
            <Tab key={one} href={hrefOf(one)} isActive={one === language}>
              {snippets[one].label}
            </Tab>
          ))}
        </Tabs>
      </div>
      <div className="flex items-center justify-between gap-2 border-b border-line bg-sunken py-1.5 pr-2 pl-4">
        <code className="min-w-0 truncate font-mono text-xs text-muted" title={install}>
          {install}
        </code>
        <CopyButton text={install} label="Copy the install command" />
      </div>
      <CodeBlock code={code} label={`Verify a delivery in ${label}`} copyLabel={`Copy the ${label} example`} />
    </div>
  );
}
