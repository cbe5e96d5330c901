import Link from "next/link";

/** The way up from a page: each step a link, the last one leading to what the page is one of. */
export function Breadcrumb({ steps }: { steps: { href: string; label: string }[] }) {
  return (
    <nav aria-label="Breadcrumb" className="mb-3 text-sm">
      <ol className="flex min-w-0 items-center gap-1.5">
        {steps.map(({ href, label }, index) => (
          <li key={href} className="flex min-w-0 items-center gap-1.5">
            {index > 0 && (
              <span aria-hidden className="text-subtle">
                /
              </span>
            )}
            <Link href={href} prefetch={false} className="truncate py-1 text-muted hover:text-ink hover:underline">
              {label}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
