// Steps on the terminal: a spinner while one runs, a check mark and its seconds when it is done.

export type Steps = {
  /** Runs `work` as one step. `note` replaces what stands behind the label while it runs. */
  step<T>(label: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** A line of its own, also in the middle of a step. */
  say(line: string): void;
};

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

export function elapsed(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

export function createSteps(out: NodeJS.WriteStream = process.stdout): Steps {
  const isTerminal = out.isTTY;
  let current: { label: string; note: string; startedAt: number } | null = null;
  let frame = 0;

  const clear = (): void => void (isTerminal && out.write("\r\u001B[K"));
  const draw = (): void => {
    if (current === null) return;
    const line = `${current.label}${current.note === "" ? "" : `: ${current.note}`} (${elapsed(current.startedAt)})`;
    frame = (frame + 1) % FRAMES.length;
    // Longer than the terminal is wide, a line would wrap and no longer be cleared.
    if (isTerminal) out.write(`\r\u001B[K${FRAMES[frame]} ${line.slice(0, (out.columns || 80) - 4)}`);
    else out.write(`  ${line} …\n`);
  };

  return {
    async step(label, work) {
      const startedAt = Date.now();
      current = { label, note: "", startedAt };
      const timer = setInterval(draw, isTerminal ? 100 : 10_000);
      try {
        const result = await work((text) => {
          if (current !== null) current.note = text;
        });
        clear();
        out.write(`✓ ${label} (${elapsed(startedAt)})\n`);
        return result;
      } catch (error) {
        clear();
        out.write(`✗ ${label} (${elapsed(startedAt)})\n`);
        throw error;
      } finally {
        clearInterval(timer);
        current = null;
      }
    },
    say(line) {
      clear();
      out.write(`${line}\n`);
    },
  };
}
