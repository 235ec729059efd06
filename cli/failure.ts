/** A command that could not do what it was asked, in words for the person at the terminal. Exit code 1. */
export class Failure extends Error {
  override name = 'Failure';
  /** What the server said, for `--json`. */
  readonly problem: unknown;

  constructor(message: string, problem?: unknown) {
    super(message);
    this.problem = problem;
  }
}
