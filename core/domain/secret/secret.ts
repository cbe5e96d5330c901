const redacted = "[redacted]";
/** What `console.log`, `util.inspect` and node's own prints of errors ask an object for. */
const inspect = Symbol.for("nodejs.util.inspect.custom");

let watch: ((secret: Secret) => void) | null = null;

/**
 * Whoever writes logs has to know what must not stand in them: `told` hears of every secret as it comes to life. The one thing of
 * the domain that reaches out of it; nothing here depends on who listens.
 */
export function watchSecrets(told: (secret: Secret) => void): void {
  watch = told;
}

/**
 * A secret in the clear that cannot be printed by accident: JSON, template literals, concatenation and `util.inspect` all give
 * `[redacted]`. Whoever needs it says so, with `reveal()`, right where it leaves: in a request, in an answer, under a seal.
 *
 * It lives as long as the text it holds, which the garbage collector frees, and which nobody can overwrite.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    watch?.(this);
  }

  /** The text itself. */
  reveal(): string {
    return this.#text;
  }

  /** Whether both are the same secret. For what comes from outside, compare digests. */
  equals(other: Secret | null): boolean {
    return other !== null && this.#text === other.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  /** Also in `+`, and where a number is asked for. */
  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [inspect](): string {
    return redacted;
  }

  get [Symbol.toStringTag](): string {
    return "Secret";
  }
}

/** The same for what may be absent. */
export function secretOrNull(text: string | null): Secret | null {
  return text === null ? null : new Secret(text);
}

export function revealOrNull(secret: Secret | null): string | null {
  return secret === null ? null : secret.reveal();
}
