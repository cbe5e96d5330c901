import { CodeBlock } from "../../../_components/code-block.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { Tab, Tabs } from "../../../_components/tabs.tsx";
import { snippetLanguages, snippetOf, type SnippetLanguage } from "./snippets.ts";

type Props = { language: SnippetLanguage; hrefOf: (language: SnippetLanguage) => string };

/** How the receiver knows that a delivery is ours, in the language of its choice. */
export function Verification({ language, hrefOf }: Props) {
  const { label, install, code } = snippetOf(language);
  return (
    <div className="card overflow-hidden">
      <div className="relative [&>nav]:m-0 [&>nav]:px-4">
        <Tabs label="Language of the example">
          {snippetLanguages.map((one) => (
            <Tab key={one} href={hrefOf(one)} isActive={one === language}>
              {snippetOf(one).label}
            </Tab>
          ))}
        </Tabs>
        <span className="absolute top-1.5 right-2 pointer-coarse:top-0">
          <CopyButton text={code} label={`Copy the ${label} example`} />
        </span>
      </div>
      <p className="flex items-center gap-2 border-b border-line bg-sunken py-1 pr-2 pl-4">
        <code className="min-w-0 flex-1 truncate font-mono text-xs text-muted" title={install}>
          {install}
        </code>
        <CopyButton text={install} label="Copy the install command" />
      </p>
      <CodeBlock code={code} label={`Verify a delivery in ${label}`} />
    </div>
  );
}
