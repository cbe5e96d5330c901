/** An address with its host before all: that is what tells endpoints apart. The place decides where it is cut off or wrapped. */
export function EndpointAddress({ url, isTitle = false }: { url: string; isTitle?: boolean }) {
  const { before, host, after } = partsOf(url);
  return (
    <span className={isTitle ? "" : "font-mono text-xs leading-5"}>
      <span className={isTitle ? "font-normal text-subtle" : "text-subtle"}>{before}</span>
      <span className={isTitle ? "" : "font-medium text-ink"}>{host}</span>
      <span className={isTitle ? "font-normal text-muted" : "text-muted"}>{after}</span>
    </span>
  );
}

function partsOf(url: string): { before: string; host: string; after: string } {
  const [, before = "", host = url, after = ""] = /^(https?:\/\/|mailto:)([^/?#]+)(.*)$/s.exec(url) ?? [];
  return { before, host, after };
}
