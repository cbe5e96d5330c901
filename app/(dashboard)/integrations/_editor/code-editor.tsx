"use client";

import { useEffect, useId, useImperativeHandle, useMemo, useRef, useState, type KeyboardEvent, type Ref } from "react";
import { classNames } from "../../../_components/class-names.ts";
import { breakLine, indent, outdent, type Edit } from "./edit-keys.ts";
import { looks, piecesByLine } from "./highlight.ts";
import { scanText } from "./scan-text.ts";

/** A mistake and the piece of the text that it is about. */
export type Mark = { from: number; to: number; line: number; detail: string };

export type EditorHandle = {
  /** Puts the cursor there, and there in sight. */
  jumpTo: (place: { from: number; to: number; line: number }) => void;
};

type Props = {
  value: string;
  onChange: (value: string) => void;
  marks: readonly Mark[];
  label: string;
  onSave?: () => void;
  onFormat?: () => void;
  /** Beside others, which are as high. */
  height?: string;
  ref?: Ref<EditorHandle>;
};

const lineHeight = 20;
const tall = "h-[min(68dvh,640px)] min-h-72";

/**
 * A text area that shows JSON in colours, numbers its lines and underlines mistakes: what is drawn lies under the text that is typed,
 * letter for letter. Everything that a text area does by itself stays: undo, search, spelling of screen readers.
 *
 * Tab indents, but never keeps somebody in: who comes by Tab leaves by it, and after Escape it leads on (WCAG 2.1.2).
 */
export function CodeEditor({ value, onChange, marks, label, onSave, onFormat, height = tall, ref }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const isComingByPointer = useRef(false);
  const [tabLeaves, setTabLeaves] = useState(true);
  const tokens = useMemo(() => scanText(value).tokens, [value]);
  const lines = useMemo(() => piecesByLine(value, tokens, marks), [value, tokens, marks]);
  const saidAt = useMemo(() => new Map(marks.toReversed().map(({ line, detail }) => [line, detail])), [marks]);

  // Somebody may have typed before this was at work.
  useEffect(() => {
    const { current } = area;
    if (current !== null && current.value !== value) onChange(current.value);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once, when it comes to life
  }, []);

  useImperativeHandle(ref, () => ({
    jumpTo({ from, to, line }) {
      const { current } = area;
      if (current === null) return;
      current.focus({ preventScroll: true });
      current.setSelectionRange(from, to);
      frame.current?.scrollTo({ top: Math.max(0, (line - 4) * lineHeight), left: 0 });
      frame.current?.scrollIntoView({ block: "nearest" });
    },
  }));

  const carryOut = ({ from, to, text, start, end }: Edit) => {
    const { current } = area;
    if (current === null) return;
    current.setSelectionRange(from, to);
    // The one way to change a text area that can be undone.
    const isDone = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
    if (!isDone) {
      current.setRangeText(text, from, to);
      onChange(current.value);
    }
    current.setSelectionRange(start, end);
  };

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { selectionStart: from, selectionEnd: to } = event.currentTarget;
    const isCommand = event.metaKey || event.ctrlKey;
    if (event.key === "Tab" && !isCommand && !event.altKey && !tabLeaves) {
      event.preventDefault();
      carryOut((event.shiftKey ? outdent : indent)(value, from, to));
      return;
    }
    if (event.key === "Escape") return setTabLeaves(true);
    if (["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    setTabLeaves(false);
    if (event.key === "Enter" && !isCommand && !event.nativeEvent.isComposing) {
      event.preventDefault();
      carryOut(breakLine(value, from, to));
    } else if (event.key.toLowerCase() === "s" && isCommand && onSave !== undefined) {
      event.preventDefault();
      onSave();
    } else if (event.key.toLowerCase() === "f" && event.shiftKey && event.altKey && onFormat !== undefined) {
      event.preventDefault();
      onFormat();
    }
  };

  return (
    <div className="min-w-0">
      <div
        ref={frame}
        className={classNames(
          height,
          "overflow-auto rounded-md border border-line-control bg-surface focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent",
        )}
      >
        <div className="grid min-h-full min-w-max grid-cols-[auto_1fr]">
          <div
            aria-hidden
            className="sticky left-0 z-10 border-r border-line bg-surface py-2 pr-2 pl-3 text-right font-mono text-xs leading-5 text-subtle select-none"
          >
            {lines.map((_, index) => (
              <div key={index} className={classNames("relative", saidAt.has(index + 1) && "font-semibold text-bad")}>
                {saidAt.has(index + 1) && <span className="absolute -left-2">●</span>}
                <span className="pl-2">{index + 1}</span>
              </div>
            ))}
          </div>
          <div className="relative min-w-0">
            <pre
              aria-hidden
              className="pointer-events-none py-2 pr-6 pl-3 font-mono text-xs leading-5 forced-colors:invisible"
            >
              {lines.map((pieces, index) => (
                <div key={index} className="h-5">
                  {pieces.map((piece, at) => (
                    <span
                      key={at}
                      className={classNames(
                        looks[piece.kind],
                        piece.isWrong && "underline decoration-bad decoration-wavy decoration-1 underline-offset-3",
                      )}
                    >
                      {piece.text}
                    </span>
                  ))}
                  {saidAt.has(index + 1) && (
                    <span className="ml-6 rounded-sm bg-bad-soft px-1.5 font-sans text-bad">
                      {saidAt.get(index + 1)}
                    </span>
                  )}
                </div>
              ))}
            </pre>
            <textarea
              ref={area}
              id={id}
              value={value}
              onChange={(event) => onChange(event.target.value)}
              onKeyDown={press}
              onPointerDown={() => {
                isComingByPointer.current = true;
                setTabLeaves(false);
              }}
              onFocus={() => {
                if (!isComingByPointer.current) setTabLeaves(true);
                isComingByPointer.current = false;
              }}
              aria-label={label}
              aria-describedby={`${id}-keys`}
              aria-invalid={marks.length > 0 ? true : undefined}
              wrap="off"
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              autoCorrect="off"
              className="absolute inset-0 size-full resize-none overflow-hidden bg-transparent py-2 pr-6 pl-3 font-mono text-xs leading-5 whitespace-pre text-ink caret-ink outline-none [-webkit-text-fill-color:transparent] forced-colors:[-webkit-text-fill-color:CanvasText]"
            />
          </div>
        </div>
      </div>
      <p id={`${id}-keys`} className="mt-1.5 text-xs text-subtle">
        {tabLeaves ? "Tab moves on; type or click to indent with it." : "Tab indents. Press Esc, then Tab, to move on."}
      </p>
    </div>
  );
}
