import { classNames } from "./class-names.ts";

type Props = { name: string; size?: "small" | "medium" | "large"; tone?: "plain" | "accent" };

const sizes = {
  small: "size-6 rounded-[6px] text-xs",
  medium: "size-8 rounded-md text-sm",
  large: "size-14 rounded-[14px] text-xl",
};

/** Stands for a product or an integration until it has a logo: its first letter on a tile. */
export function Monogram({ name, size = "small", tone = "plain" }: Props) {
  const letter = /[\p{L}\p{N}]/u.exec(name)?.[0]?.toUpperCase() ?? "?";
  return (
    <span
      aria-hidden
      className={classNames(
        "grid shrink-0 place-items-center border font-semibold",
        sizes[size],
        tone === "accent" ? "border-transparent bg-accent text-on-accent" : "border-line-strong bg-sunken text-muted",
      )}
    >
      {letter}
    </span>
  );
}
