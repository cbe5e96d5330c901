import { ButtonLink } from "./button.tsx";

type Props = {
  label: string;
  /** Leads to the first page; null: this is it. */
  first: { href: string; label: string } | null;
  /** Null: there is no other. */
  next: { href: string; label: string } | null;
};

/** Cursors lead forward only: to the next page, and back to the first. */
export function Paging({ label, first, next }: Props) {
  if (first === null && next === null) return null;
  return (
    <nav aria-label={label} className="mt-4 flex justify-end gap-2">
      {first !== null && <ButtonLink href={first.href}>{first.label}</ButtonLink>}
      {next !== null && <ButtonLink href={next.href}>{next.label}</ButtonLink>}
    </nav>
  );
}
