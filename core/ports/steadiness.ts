/** How long the database has been within reach of this process. */
export interface Steadiness {
  /**
   * Whether it has been, without a break, for long enough that whoever holds an answer and lives has written it: who waits with a
   * replay until then replays nothing that was answered.
   */
  isSteady(): boolean;
}
