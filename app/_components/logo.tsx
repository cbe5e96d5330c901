/** The evergreen: two layers of one tree, the newer token above the older. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden className="shrink-0 text-accent">
      <path d="M10 1.5 16 9H4z" fill="currentColor" />
      <path d="M10 6.5 18 16H2z" fill="currentColor" opacity="0.55" />
      <rect x="9" y="16" width="2" height="3" rx="0.5" fill="currentColor" />
    </svg>
  );
}
