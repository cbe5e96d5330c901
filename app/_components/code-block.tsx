type Props = { code: string; label: string };

/** Code or JSON to read. What scrolls is reachable by keyboard. */
export function CodeBlock({ code, label }: Props) {
  return (
    <section
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
      tabIndex={0}
      aria-label={label}
      className="overflow-x-auto px-4 py-3 -outline-offset-2"
    >
      <pre className="font-mono text-xs leading-5">{code}</pre>
    </section>
  );
}
