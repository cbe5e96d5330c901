import { looks, piecesByLine } from "./highlight.ts";
import { scanText } from "./scan-text.ts";

/** JSON to read, in the colours of the editor. What scrolls is reachable by keyboard. */
export function JsonView({ text, label, className = "" }: { text: string; label: string; className?: string }) {
  return (
    <section
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
      tabIndex={0}
      aria-label={label}
      className={`overflow-auto px-3 py-2 -outline-offset-2 ${className}`}
    >
      <pre className="font-mono text-xs leading-5">
        {piecesByLine(text, scanText(text).tokens, []).map((pieces, index) => (
          <div key={index} className="h-5">
            {pieces.map((piece, at) => (
              <span key={at} className={piece.text === "null" ? "text-subtle" : looks[piece.kind]}>
                {piece.text}
              </span>
            ))}
          </div>
        ))}
      </pre>
    </section>
  );
}
