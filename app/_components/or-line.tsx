/** Between two ways to the same. */
export function OrLine({ words = "or" }: { words?: string }) {
  return (
    <p className="flex items-center gap-3 text-xs text-subtle before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {words}
    </p>
  );
}
