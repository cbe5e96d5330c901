import Link from "next/link";
import { classNames } from "../../../../_components/class-names.ts";

const states = [
  { state: "in_force", label: "In force", href: "/settings/api-keys" },
  { state: "over", label: "Revoked and ended", href: "/settings/api-keys?state=over" },
] as const;

/** Which keys are listed, in the address. */
export function StateFilter({ state }: { state: "in_force" | "over" }) {
  return (
    <nav aria-label="Which keys" className="my-4 flex gap-1">
      {states.map((one) => (
        <Link
          key={one.state}
          href={one.href}
          prefetch={false}
          aria-current={one.state === state ? "true" : undefined}
          className={classNames(
            "flex h-8 items-center rounded-md px-3 text-sm font-medium pointer-coarse:h-11",
            one.state === state ? "bg-sunken text-ink" : "text-muted hover:text-ink",
          )}
        >
          {one.label}
        </Link>
      ))}
    </nav>
  );
}
