import Link from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./class-names.ts";

type Variant = "primary" | "secondary" | "ghost" | "danger" | "danger-quiet";
type Size = "normal" | "large" | "icon" | "icon-small";

const base =
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium transition-colors duration-100 select-none disabled:cursor-not-allowed";

const sizes: Record<Size, string> = {
  normal: "h-8 px-3 text-sm whitespace-nowrap pointer-coarse:h-11 pointer-coarse:px-4",
  // Names and languages can be long: a second line before a button that is cut off.
  large: "min-h-11 w-full px-4 py-2 text-center text-base text-balance wrap-anywhere",
  icon: "size-8 pointer-coarse:size-11",
  "icon-small": "size-6 pointer-coarse:size-11",
};

const variants: Record<Variant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover disabled:bg-sunken disabled:text-subtle",
  secondary:
    "border border-line-strong bg-surface text-ink hover:bg-sunken disabled:text-subtle disabled:hover:bg-surface",
  ghost: "text-muted hover:bg-sunken hover:text-ink",
  danger: "bg-danger text-white hover:brightness-110 disabled:opacity-60",
  "danger-quiet": "text-bad hover:bg-bad-soft",
};

/** `more` may add what no variant sets (margins, width), never override. */
export function buttonClass(variant: Variant = "secondary", size: Size = "normal", more = ""): string {
  return classNames(base, variants[variant], sizes[size], more);
}

type ButtonProps = ComponentProps<"button"> & { variant?: Variant; size?: Size };

export function Button({
  variant = "secondary",
  size = "normal",
  className = "",
  type = "button",
  ...props
}: ButtonProps) {
  // oxlint-disable-next-line react/button-has-type -- the default above is "button"
  return <button type={type} className={buttonClass(variant, size, className)} {...props} />;
}

type ButtonLinkProps = { href: string; variant?: Variant; children: ReactNode };

export function ButtonLink({ href, variant = "secondary", children }: ButtonLinkProps) {
  return (
    <Link href={href} prefetch={false} data-action="" className={buttonClass(variant)}>
      {children}
    </Link>
  );
}
