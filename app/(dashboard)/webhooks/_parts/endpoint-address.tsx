type Props = {
  url: string;
  /** `title`: whole, as the heading of its page. `row`: without what goes without saying. */
  variant?: "row" | "title";
};

/** An address with its host before all: that tells endpoints apart. The place decides where it is cut off or wrapped. */
export function EndpointAddress({ url, variant = "row" }: Props) {
  const [, scheme = "", host = url, rest = ""] = /^(https?:\/\/|mailto:)([^/?#]+)(.*)$/s.exec(url) ?? [];
  const isTitle = variant === "title";
  return (
    <span className={isTitle ? "" : "font-mono text-xs leading-5"}>
      {(isTitle || scheme === "http://") && <span className="font-normal text-subtle">{scheme}</span>}
      <span className={isTitle ? "" : "font-medium text-ink"}>{host}</span>
      <span className="font-normal text-muted">{rest}</span>
    </span>
  );
}
