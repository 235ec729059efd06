import type { Reporter, TestModule } from 'vitest/node';

/** Prints `N passed, N failed` as the last line of the run. A file that cannot be loaded counts as a failure. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const count = (state: string): number => states.filter((each) => each === state).length;
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const passed = count('passed');
    const failed = count('failed') + brokenFiles + unhandledErrors.length;
    const skipped = count('skipped') + count('pending');
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // On exit, so that no other reporter and no teardown prints after it.
    process.once('exit', () => {
      if (passed + failed === 0) process.exitCode = 1;
      console.log(line);
    });
  }
}
