"use client";

import { useRouter } from "next/navigation";
import { useMemo, useRef, useState } from "react";
import type { IntegrationMappingView } from "#api/schemas/mapping-trial";
import { classNames } from "../../../../_components/class-names.ts";
import { usePausedUpdates } from "../../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../../_queries/problem.ts";
import { CodeEditor, type EditorHandle } from "../../_editor/code-editor.tsx";
import { EditorFoot } from "../../_editor/editor-foot.tsx";
import { formatJson } from "../../_editor/format-json.ts";
import { LeaveGuard } from "../../_editor/leave-guard.tsx";
import { Mistakes } from "../../_editor/mistakes.tsx";
import { placeMistakes } from "../../_editor/place-mistakes.ts";
import { ReviewDialog, type Review } from "../../_editor/review-dialog.tsx";
import { scanText, type Scan } from "../../_editor/scan-text.ts";
import type { Since } from "../../_editor/since-of.ts";
import { askForTrial, type Check } from "../../_editor/use-check.ts";
import { Capabilities } from "./capabilities.tsx";
import { TrialBar } from "./trial-bar.tsx";
import { TrialResult } from "./trial-result.tsx";
import { endpointsIn, initialSample, starter, withMapping, type Direction, type Endpoint } from "./trial-texts.ts";
import { useTrial } from "./use-trial.ts";

type Props = {
  name: string;
  label: string;
  of: IntegrationMappingView;
  /** As somebody would write it; null: there is none yet. */
  mapping: string | null;
  /** The definition in force, as somebody would write it. */
  document: Record<string, unknown>;
  /** When that was put; see DefinitionEditor. */
  since: Since;
};

const height = "h-[min(40dvh,420px)] min-h-56 xl:h-[min(62dvh,620px)]";

/** A sample left, the mapping in the middle, and what comes of it right, while it is typed. */
export function Workbench({ name, label, of, mapping, document, since }: Props) {
  const { category, model } = of;
  const router = useRouter();
  const editor = useRef<EditorHandle>(null);
  const sampleEditor = useRef<EditorHandle>(null);
  const initial = useMemo(() => mapping ?? starter(of), [mapping, of]);
  const [text, setText] = useState(initial);
  const [endpoint, setEndpoint] = useState<Endpoint>(() => endpointsIn(JSON.parse(initial))[0] ?? "list");
  const [way, setWay] = useState<Direction>("answer");
  const [status, setStatus] = useState(200);
  /** What was typed, by what it is for. */
  const [samples, setSamples] = useState<Readonly<Record<string, string>>>({});
  const [isSaved, setSaved] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [review, setReview] = useState<Review | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(true);

  const place = `${endpoint} ${way}`;
  const sample = samples[place] ?? initialSample(of, endpoint, way);
  const scan = useMemo(() => scanText(text), [text]);
  const sampleScan = useMemo(() => scanText(sample), [sample]);
  const isJson = scan.fault === null;
  const isReady = isJson && sampleScan.fault === null;
  const trial = useTrial(name, category, model, isReady ? { mapping: text, sample, endpoint, way, status } : null);
  const { found } = trial;
  const offered = useMemo(() => (isJson ? endpointsIn(JSON.parse(text)) : []), [text, isJson]);

  const mistakesIn = (part: "mapping" | "given", source: string, where: Scan) => {
    const told = part === "given" ? trial.of?.sample : trial.of?.mapping;
    // What was found in another text stands elsewhere in this one.
    const errors = told === source ? (found?.errors ?? []) : [];
    const own = errors.filter((one) => one.part === part);
    return placeMistakes(source, where, own);
  };
  const mistakes = mistakesIn("mapping", text, scan);
  const sampleMistakes = mistakesIn("given", sample, sampleScan);
  const check: Check =
    trial.problem !== null
      ? { kind: "unknown", problem: trial.problem }
      : trial.isWaiting || found === null
        ? { kind: "waiting" }
        : { kind: "checked", text, errors: [] };

  const change = (next: string) => {
    setText(next);
    setProblem(null);
  };
  const format = () => {
    if (isJson) change(formatJson(JSON.parse(text)));
  };
  const look = async () => {
    if (isBusy) return;
    const [first] = mistakes;
    if (first !== undefined) return editor.current?.jumpTo(first);
    setBusy(true);
    setProblem(null);
    const next = formatJson(withMapping(document, category, model, JSON.parse(text)));
    const answer = await askForTrial(next, name, true);
    setBusy(false);
    if (answer.kind === "problem") return setProblem(answer.problem);
    const { errors, effect } = answer.value;
    if (effect !== null) return setReview({ text: next, name, effect });
    const [wrong] = errors;
    setProblem({
      code: "invalid_request",
      status: 422,
      title: "The definition would not be valid",
      detail: wrong === undefined ? null : `${wrong.pointer}: ${wrong.detail}`,
      errors: [],
    });
  };

  const reads = way === "answer";
  const capabilities = found?.capabilities ?? of.capabilities;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <LeaveGuard isDirty={text !== initial && !isSaved} />
      <TrialBar
        offered={offered}
        endpoint={endpoint}
        way={way}
        status={status}
        onEndpoint={setEndpoint}
        onWay={setWay}
        onStatus={setStatus}
      />
      <div className="grid min-w-0 items-start gap-4 xl:grid-cols-[minmax(0,5fr)_minmax(0,7fr)_minmax(0,5fr)]">
        <section aria-labelledby="sample" className="min-w-0">
          <h2 id="sample" className="mb-2 text-sm font-medium">
            {reads ? `What ${label} answers` : "What a caller gives"}
          </h2>
          <CodeEditor
            ref={sampleEditor}
            value={sample}
            onChange={(next) => setSamples((before) => ({ ...before, [place]: next }))}
            marks={sampleMistakes}
            label={reads ? "Sample answer, as JSON" : "What a caller gives, as JSON"}
            height={height}
          />
          {sampleMistakes.length > 0 && (
            <Mistakes
              name="Mistakes in the sample"
              mistakes={sampleMistakes}
              check={check}
              isJson={sampleScan.fault === null}
              onJump={(one) => sampleEditor.current?.jumpTo(one)}
            />
          )}
        </section>
        <section aria-labelledby="mapping" className="min-w-0">
          <h2 id="mapping" className="mb-2 text-sm font-medium">
            The mapping{" "}
            <span className="font-normal text-subtle">
              of {category}/{model}
            </span>
          </h2>
          <CodeEditor
            ref={editor}
            value={text}
            onChange={change}
            marks={mistakes}
            label="Mapping, as JSON"
            onSave={() => void look()}
            onFormat={format}
            height={height}
          />
          <Mistakes mistakes={mistakes} check={check} isJson={isJson} onJump={(one) => editor.current?.jumpTo(one)} />
        </section>
        <section aria-labelledby="result" className="min-w-0">
          <h2 id="result" className="mb-2 text-sm font-medium">
            {reads ? "What a caller gets" : `What ${label} would be sent`}
          </h2>
          <div
            aria-busy={trial.isWaiting}
            className={classNames(
              height,
              "flex flex-col overflow-hidden rounded-md border border-line bg-surface",
              (trial.isWaiting || !isReady) && found !== null && "opacity-60",
            )}
          >
            {found === null ? (
              <p className="px-3 py-2 text-sm text-subtle">It appears here as you type.</p>
            ) : (
              <TrialResult found={found} />
            )}
          </div>
        </section>
      </div>
      <EditorFoot
        problem={problem}
        isBusy={isBusy}
        isJson={isJson}
        mayReview={isJson && text !== mapping}
        onReview={() => void look()}
        onFormat={format}
        onUndo={text === initial ? null : () => change(initial)}
      />
      {capabilities !== null && <Capabilities of={of} capabilities={capabilities} />}
      <ReviewDialog
        review={review}
        stored={formatJson(document)}
        since={since}
        onClose={() => setReview(null)}
        onMistakes={(refused) => {
          setReview(null);
          setProblem(refused);
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
