"use client";

import { useRouter } from "next/navigation";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { Callout } from "../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { TryText } from "../_check/try-text.tsx";
import { CodeEditor, type EditorHandle } from "./code-editor.tsx";
import { EditorFoot } from "./editor-foot.tsx";
import { formatJson } from "./format-json.ts";
import { LeaveGuard } from "./leave-guard.tsx";
import { Mistakes, type Mistake } from "./mistakes.tsx";
import { placeMistakes } from "./place-mistakes.ts";
import { ReviewDialog, type Review } from "./review-dialog.tsx";
import type { Since } from "./since-of.ts";
import { lineAndColumn, placeOf, scanText } from "./scan-text.ts";
import { askForTrial, useCheck, type FoundError } from "./use-check.ts";

type Props = {
  /** What stands in it at first. */
  initial: string;
  /** What is in force; null: nothing of this name is. */
  stored: string | null;
  /** When that was put, so that nobody's change is lost. */
  since: Since;
  /** The name that it must keep; null: the document says it. */
  name: string | null;
  /** Beside the button. */
  children?: ReactNode;
  onText?: (text: string) => void;
};

/** A definition to write: checked while it is typed, shown as a difference before it is saved, kept whatever fails. */
export function DefinitionEditor({ initial, stored, since, name, children, onText }: Props) {
  const router = useRouter();
  const editor = useRef<EditorHandle>(null);
  const [text, setText] = useState(initial);
  const [isSaved, setSaved] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [review, setReview] = useState<Review | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  /** What a try to save found, until somebody types on. */
  const [refused, setRefused] = useState<FoundError[]>([]);
  const scan = useMemo(() => scanText(text), [text]);
  const isJson = scan.fault === null;
  const check = useCheck(text, isJson, name);
  const isDirty = text !== initial && !isSaved;
  usePausedUpdates(true);

  const mistakes = useMemo(
    () => placeMistakes(text, scan, refused.length > 0 ? refused : check.kind === "checked" ? check.errors : []),
    [text, scan, check, refused],
  );

  const saidName = useMemo(() => name ?? nameIn(text, isJson), [name, text, isJson]);

  const change = (next: string) => {
    setText(next);
    setRefused([]);
    setProblem(null);
    onText?.(next);
  };
  const format = () => {
    if (isJson) change(formatJson(JSON.parse(text)));
  };
  const jump = (mistake: Mistake | undefined) => {
    if (mistake !== undefined) editor.current?.jumpTo(mistake);
  };
  const look = async () => {
    if (isBusy) return;
    if (!isJson) return jump(mistakes[0]);
    setBusy(true);
    setProblem(null);
    const answer = await askForTrial(text, name, true);
    setBusy(false);
    if (answer.kind === "problem") return setProblem(answer.problem);
    const { errors, effect, name: said } = answer.value;
    setRefused(errors);
    if (effect !== null && said !== null) setReview({ text, name: said, effect });
    else requestAnimationFrame(() => editor.current?.jumpTo(placed(text, errors[0]?.pointer ?? "")));
  };

  return (
    <div className="flex min-w-0 flex-col gap-4">
      <LeaveGuard isDirty={isDirty} />
      <div className="grid min-w-0 items-start gap-x-6 gap-y-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,22rem)]">
        <CodeEditor
          ref={editor}
          value={text}
          onChange={change}
          marks={mistakes}
          label="Definition, as JSON"
          onSave={() => void look()}
          onFormat={format}
        />
        <div className="flex min-w-0 flex-col gap-3">
          <Mistakes mistakes={mistakes} check={check} isJson={isJson} onJump={jump} />
          {/"client_secret"/.test(text) && (
            <Callout tone="info" title="A client is taken out of the document">
              It is sealed, and shown nowhere. Set it on the integration&apos;s page rather: there a new secret works
              beside the one before it.
            </Callout>
          )}
        </div>
      </div>
      <EditorFoot
        problem={problem}
        isBusy={isBusy}
        isJson={isJson}
        mayReview={stored === null || text !== initial}
        onReview={() => void look()}
        onFormat={format}
        onUndo={text === initial ? null : () => change(initial)}
      >
        {children}
      </EditorFoot>
      <TryText name={saidName} text={text} isReady={isJson && mistakes.length === 0} />
      <ReviewDialog
        review={review}
        stored={stored}
        since={since}
        onClose={() => setReview(null)}
        onMistakes={({ errors }) => {
          setReview(null);
          setRefused(errors);
        }}
        onSaved={(saved, approvalId) => {
          setSaved(true);
          setReview(null);
          router.push(approvalId === null ? `/integrations/${saved}` : `/approvals/${approvalId}`);
          router.refresh();
        }}
      />
    </div>
  );
}

/** Null: it says none that could be in an address. */
function nameIn(text: string, isJson: boolean): string | null {
  const value: unknown = isJson ? JSON.parse(text) : null;
  const said = typeof value === "object" && value !== null && "name" in value ? value.name : null;
  return typeof said === "string" && /^[a-z0-9][a-z0-9-]{0,62}$/.test(said) ? said : null;
}

function placed(text: string, pointer: string): { from: number; to: number; line: number } {
  const place = placeOf(scanText(text).places, pointer);
  return { ...place, line: lineAndColumn(text, place.from).line };
}
