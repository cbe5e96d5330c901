/** Evaluates the JSONata expressions of integration documents, bounded in time and size. */
export interface Expressions {
  /**
   * @param input what the expression reads as its root: plain JSON, at most 1 MiB as text together with the bindings
   * @param bindings what it reads as `$name` besides
   * @returns plain JSON, at most 64 kB as text; undefined where the expression finds nothing
   * @throws ExpressionFailed whatever goes wrong
   */
  evaluate(expression: string, input: unknown, bindings?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export type ExpressionFailure =
  /** It used 200 ms of CPU time and had not ended. */
  | "too_slow"
  | "input_too_large"
  | "output_too_large"
  /** It threw: a type that does not fit, `$error()`, too deep, too many. */
  | "threw"
  /** Its evaluator ended under it, as one does that is asked for more memory than it has. */
  | "crashed"
  /** Too many others were waiting before it. */
  | "busy"
  /** This process is ending. */
  | "closed";

/** An expression yielded nothing that can be used. Its text names no value of the input: those are tokens and customers' facts. */
export class ExpressionFailed extends Error {
  override readonly name = "ExpressionFailed";
  readonly reason: ExpressionFailure;

  /** @param detail JSONata's own error code and the position in the expression */
  constructor(reason: ExpressionFailure, detail = "") {
    super(detail === "" ? reason : `${reason} (${detail})`);
    this.reason = reason;
  }
}
