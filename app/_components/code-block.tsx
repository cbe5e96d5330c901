import { CopyButton } from "./copy-button.tsx";

type Props = { code: string; label: string; copyLabel: string };

/** Code or JSON to read and to copy. What scrolls is reachable by keyboard. */
export function CodeBlock({ code, label, copyLabel }: Props) {
  return (
    <div className="relative">
      <section
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto py-3 pr-12 pl-4 -outline-offset-2"
      >
        <pre className="font-mono text-xs leading-5">{code}</pre>
      </section>
      <span className="absolute top-2 right-2 rounded-md bg-surface">
        <CopyButton text={code} label={copyLabel} />
      </span>
    </div>
  );
}
